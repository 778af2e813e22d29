/// Which label sets a policy means: those that meet all requirements.
package struct LabelSelector: Hashable, Codable, Sendable {
    package var requirements: [LabelRequirement] = []

    package init(requirements: [LabelRequirement] = []) { self.requirements = requirements }

    package func matches(_ labels: LabelSet) -> Bool { requirements.allSatisfy { $0.isMet(by: labels) } }

    /// Whether a requirement is about that key, whatever it demands. Only sources that stand for Kubernetes'
    /// labels count.
    package func names(kubernetesKey key: String) -> Bool {
        requirements.contains { $0.isOfKubernetes && $0.key == key }
    }

    package func names(source: String) -> Bool { requirements.contains { $0.source == source } }

    package func adding(_ requirement: LabelRequirement) -> LabelSelector {
        LabelSelector(requirements: requirements + [requirement])
    }
}

package struct LabelRequirement: Hashable, Codable, Sendable {
    package enum Condition: Hashable, Codable, Sendable {
        case oneOf([String])
        /// Also met by the absence of the label.
        case noneOf([String])
        case exists
        case doesNotExist
    }

    /// Nil: of any source.
    package let source: String?
    package let key: String
    package let condition: Condition

    package init(source: String?, key: String, condition: Condition) {
        self.source = source
        self.key = key
        self.condition = condition
    }

    package var isOfKubernetes: Bool { source == nil || source == "k8s" }

    package func isMet(by labels: LabelSet) -> Bool {
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
    package static let namespaceKey = "io.kubernetes.pod.namespace"
    package static let namespaceLabelPrefix = "io.cilium.k8s.namespace.labels."
    package static let clusterKey = "io.cilium.k8s.policy.cluster"

    package static func namespace(_ name: String) -> LabelRequirement {
        LabelRequirement(source: "k8s", key: namespaceKey, condition: .oneOf([name]))
    }

    package static let anyNamespace = LabelRequirement(source: "k8s", key: namespaceKey, condition: .exists)

    package static func cluster(_ name: String) -> LabelRequirement {
        LabelRequirement(source: "k8s", key: clusterKey, condition: .oneOf([name]))
    }

    package static func reserved(_ name: String) -> LabelRequirement {
        LabelRequirement(source: "reserved", key: name, condition: .exists)
    }
}
