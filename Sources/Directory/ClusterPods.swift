package import FlowModel
package import Manifests

/// The pods and nodes of a cluster as policies see them, wherever they run.
package struct ClusterPods: Sendable {
    package struct Pod: Sendable {
        package let namespace: String
        package let name: String
        /// `source:key=value`, sorted.
        package let labels: [String]
        /// Declared container ports that have a name.
        package let namedPorts: [ContainerPort]
        package let addresses: [IPAddress]
        /// It has no identity of its own: the node's stands for it.
        package let isOnHostNetwork: Bool
    }

    /// By namespace and name.
    package let pods: [Pod]
    package let nodeAddresses: Set<IPAddress>

    package init(_ manifests: ManifestSet, clusterName: String = "default") {
        let objects = ClusterObjects(manifests)
        pods = objects.pods.map { _, pod in
            Pod(
                namespace: pod.namespace, name: pod.name,
                labels: IdentityLabels.labels(
                    of: pod, namespaces: objects.namespaceLabels, clusterName: clusterName),
                namedPorts: pod.ports.filter { !$0.name.isEmpty }, addresses: pod.addresses,
                isOnHostNetwork: pod.isOnHostNetwork)
        }
        nodeAddresses = Set(objects.nodes.flatMap(\.addresses))
    }
}
