/// The labels that make up a security identity, as Cilium's default label filter chooses them.
package enum IdentityLabels {
    static let namespaceKey = "io.kubernetes.pod.namespace"
    static let namespaceLabelPrefix = "io.cilium.k8s.namespace.labels."
    static let policyLabelPrefix = "io.cilium.k8s.policy."

    /// `k8s:key=value` of a pod, sorted bytewise.
    ///
    /// - Parameter namespaces: labels of the namespaces, by name. The API server gives each its own name as a label.
    static func labels(
        of pod: PodObject, namespaces: [String: [String: String]], clusterName: String
    ) -> [String] {
        var labels = namespaces[pod.namespace] ?? [:]
        labels["kubernetes.io/metadata.name"] = pod.namespace
        return Self.labels(of: pod, namespaceLabels: labels, clusterName: clusterName)
    }

    static func labels(of pod: PodObject, namespaceLabels: [String: String], clusterName: String) -> [String] {
        // A pod cannot give itself the labels that say where it runs and as whom.
        var labels = pod.labels.filter { key, _ in
            isRelevant(key) && !key.hasPrefix(namespaceLabelPrefix) && !key.hasPrefix(policyLabelPrefix)
        }
        for (key, value) in namespaceLabels where isRelevant(namespaceLabelPrefix + key) {
            labels[namespaceLabelPrefix + key] = value
        }
        labels[namespaceKey] = pod.namespace
        labels[policyLabelPrefix + "serviceaccount"] = pod.serviceAccountName
        labels[policyLabelPrefix + "cluster"] = clusterName
        return labels.map { "k8s:\($0)=\($1)" }.sorted()
    }

    /// Labels of an address prefix outside the cluster.
    static func labels(ofPrefix text: String) -> [String] {
        // Cilium's spelling: a label's key holds no colon.
        var key = text.replacing(":", with: "-")
        if key.hasPrefix("-") { key = "0" + key }
        key.replace("-/", with: "-0/")
        return ["cidr:\(key)", "reserved:world"]
    }

    /// Keys that change with each rollout, or are the cluster's own bookkeeping, make no identity.
    private static func isRelevant(_ key: String) -> Bool {
        !key.contains("beta.kubernetes.io") && !droppedPrefixes.contains { key.hasPrefix($0) }
    }

    private static let droppedPrefixes = [
        "io.kubernetes", "kubernetes.io", "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/job-completion-index", "batch.kubernetes.io/controller-uid", "k8s.io",
        "pod-template-generation", "pod-template-hash", "controller-revision-hash", "controller-uid", "annotation",
        "etcd_node", "topology.kubernetes.io",
    ]
}
