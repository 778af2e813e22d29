/// What a flow says of one of its sides: a pod, or what else has an identity (the host, the world, a prefix).
package struct Endpoint: Hashable, Sendable {
    /// Node-local number; 0 for an endpoint that is not on this node.
    package var id: UInt32
    package var identity: Identity
    package var clusterName: String
    package var namespace: String
    package var podName: String
    /// `source:key=value`, sorted bytewise.
    package var labels: [String]
    package var workloads: [Workload]
    /// Names that the address of an endpoint outside of the cluster is known by, sorted, without a trailing dot.
    package var dnsNames: [String]

    package init(
        id: UInt32 = 0, identity: Identity, clusterName: String = "", namespace: String = "", podName: String = "",
        labels: [String] = [], workloads: [Workload] = [], dnsNames: [String] = []
    ) {
        self.id = id
        self.identity = identity
        self.clusterName = clusterName
        self.namespace = namespace
        self.podName = podName
        self.labels = labels
        self.workloads = workloads
        self.dnsNames = dnsNames
    }
}

/// The controller that made a pod.
package struct Workload: Hashable, Sendable {
    package var name: String
    package var kind: String
    package init(name: String, kind: String) {
        self.name = name
        self.kind = kind
    }
}

/// A Kubernetes Service.
package struct ServiceReference: Hashable, Sendable {
    package var name: String
    package var namespace: String
    package init(name: String, namespace: String) {
        self.name = name
        self.namespace = namespace
    }
}
