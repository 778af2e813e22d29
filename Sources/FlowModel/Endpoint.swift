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

/// A rule of a policy, as a flow names it when the rule decided.
package struct RuleReference: Hashable, Sendable {
    /// `CiliumNetworkPolicy`, `NetworkPolicy`…
    package var kind: String
    package var name: String
    package var namespace: String
    package var direction: TrafficDirection
    package var isDeny: Bool
    /// Position of the entry within the policy's list of its direction, from 0.
    package var index: Int
    /// The policy's labels, `source:key=value`, sorted.
    package var labels: [String]

    package init(
        kind: String, name: String, namespace: String, direction: TrafficDirection, isDeny: Bool, index: Int,
        labels: [String]
    ) {
        self.kind = kind
        self.name = name
        self.namespace = namespace
        self.direction = direction
        self.isDeny = isDeny
        self.index = index
        self.labels = labels
    }
}
