import FlowModel

/// What a Cilium policy adds to its peer selectors: they mean the policy's own namespace and cluster unless they say
/// otherwise.
struct PeerScope {
    /// Empty for a policy of the whole cluster.
    let namespace: String
    let clusterName: String
    private let isForInit: Bool

    init(origin: PolicyOrigin, clusterName: String, subjects: LabelSelector) {
        namespace = origin.namespace
        self.clusterName = clusterName
        isForInit = subjects.requirements.contains { $0.source == "reserved" && $0.key == "init" }
    }

    func narrow(_ selector: LabelSelector) -> LabelSelector {
        guard !selector.names(source: "reserved") else { return selector }
        var narrowed = selector
        if let requirement = namespaceRequirement(for: selector) { narrowed = narrowed.adding(requirement) }
        guard !selector.names(kubernetesKey: LabelRequirement.clusterKey) else { return narrowed }
        return narrowed.adding(.cluster(clusterName))
    }

    private func namespaceRequirement(for selector: LabelSelector) -> LabelRequirement? {
        let namesNamespace = selector.names(kubernetesKey: LabelRequirement.namespaceKey)
        guard namespace.isEmpty else {
            let namesLabel = selector.requirements.contains {
                $0.isOfKubernetes && $0.key.hasPrefix(LabelRequirement.namespaceLabelPrefix)
            }
            return namesNamespace || namesLabel ? nil : .namespace(namespace)
        }
        return namesNamespace || isForInit ? nil : .anyNamespace
    }
}
