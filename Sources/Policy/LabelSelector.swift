/// Which label sets a policy means: those that meet all requirements.
package struct LabelSelector: Hashable, Sendable {
    var requirements: [LabelRequirement] = []

    func matches(_ labels: LabelSet) -> Bool { requirements.allSatisfy { $0.isMet(by: labels) } }

    /// Whether a requirement is about that key, whatever it demands. Only sources that stand for Kubernetes'
    /// labels count.
    func names(kubernetesKey key: String) -> Bool {
        requirements.contains { $0.isOfKubernetes && $0.key == key }
    }

    func names(source: String) -> Bool { requirements.contains { $0.source == source } }

    func adding(_ requirement: LabelRequirement) -> LabelSelector {
        LabelSelector(requirements: requirements + [requirement])
    }
}

struct LabelRequirement: Hashable, Sendable {
    enum Condition: Hashable, Sendable {
        case oneOf([String])
        /// Also met by the absence of the label.
        case noneOf([String])
        case exists
        case doesNotExist
    }

    /// Nil: of any source.
    let source: String?
    let key: String
    let condition: Condition

    var isOfKubernetes: Bool { source == nil || source == "k8s" }

    func isMet(by labels: LabelSet) -> Bool {
        let values = labels.values(of: key, source: source)
        return switch condition {
        case .oneOf(let accepted): values.contains(where: accepted.contains)
        case .noneOf(let refused): !values.contains(where: refused.contains)
        case .exists: !values.isEmpty
        case .doesNotExist: values.isEmpty
        }
    }
}

extension LabelRequirement {
    static let namespaceKey = "io.kubernetes.pod.namespace"
    static let namespaceLabelPrefix = "io.cilium.k8s.namespace.labels."
    static let clusterKey = "io.cilium.k8s.policy.cluster"

    static func namespace(_ name: String) -> LabelRequirement {
        LabelRequirement(source: "k8s", key: namespaceKey, condition: .oneOf([name]))
    }

    static let anyNamespace = LabelRequirement(source: "k8s", key: namespaceKey, condition: .exists)

    static func cluster(_ name: String) -> LabelRequirement {
        LabelRequirement(source: "k8s", key: clusterKey, condition: .oneOf([name]))
    }

    static func reserved(_ name: String) -> LabelRequirement {
        LabelRequirement(source: "reserved", key: name, condition: .exists)
    }
}
