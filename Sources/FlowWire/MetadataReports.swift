package import FlowModel

/// What `/v1/nodes` answers: Hubble's `GetNodesResponse`.
package struct NodesReport: Codable, Sendable {
    package var nodes: [Node]

    package init(nodes: [Node]) { self.nodes = nodes }

    /// 64-bit numbers are strings.
    package struct Node: Codable, Sendable {
        package var name: String
        package var version: String
        /// As Hubble says it: `NODE_CONNECTED`.
        package var state: String
        package var uptime_ns: String
        package var num_flows: String
        package var max_flows: String
        package var seen_flows: String

        package init(name: String, _ status: StatusReport) {
            self.name = name
            state = "NODE_CONNECTED"
            (version, uptime_ns) = (status.version, status.uptime_ns)
            (num_flows, max_flows, seen_flows) = (status.num_flows, status.max_flows, status.seen_flows)
        }
    }
}

/// A namespace that objects are in: an element of Hubble's `GetNamespacesResponse`.
package struct NamespaceReport: Codable, Hashable, Sendable {
    package var cluster: String
    package var namespace: String

    package init(cluster: String, namespace: String) {
        self.cluster = cluster
        self.namespace = namespace
    }
}

/// A pod of this node.
package struct EndpointReport: Codable, Hashable, Sendable {
    package var id: UInt32
    package var identity: UInt32
    package var namespace: String
    package var pod_name: String
    /// `source:key=value`.
    package var labels: [String]
    package var addresses: [String]
    package var workloads: [WorkloadReport]

    package struct WorkloadReport: Codable, Hashable, Sendable {
        package var name: String
        package var kind: String
    }

    package init(_ endpoint: Endpoint, addresses: [IPAddress]) {
        (id, identity) = (endpoint.id, endpoint.identity.rawValue)
        (namespace, pod_name, labels) = (endpoint.namespace, endpoint.podName, endpoint.labels)
        self.addresses = addresses.map(\.description)
        workloads = endpoint.workloads.map { WorkloadReport(name: $0.name, kind: $0.kind) }
    }

    /// As the sides of flows have it.
    package var endpoint: Endpoint {
        Endpoint(
            id: id, identity: Identity(rawValue: identity), namespace: namespace, podName: pod_name, labels: labels,
            workloads: workloads.map { Workload(name: $0.name, kind: $0.kind) })
    }
}

/// What the number of an identity stands for.
package struct IdentityReport: Codable, Hashable, Sendable {
    package var identity: UInt32
    /// `world`, `host`…; nil: it is not reserved.
    package var name: String?
    /// `source:key=value`.
    package var labels: [String]
    /// nil unless it is that of an address prefix.
    package var prefix: String?

    package init(_ identity: Identity, labels: [String], prefix: String?) {
        self.identity = identity.rawValue
        name = identity.reservedName
        self.labels = labels
        self.prefix = prefix
    }
}

/// An entry of one of a policy's lists, and how often it decided.
package struct PolicyRuleReport: Codable, Hashable, Sendable {
    /// `ingress`, `ingressDeny`, `egress` or `egressDeny`.
    package var list: String
    /// Position in the list, from 0.
    package var index: Int
    /// Packets that it let begin a connection, or denied, since the policy is as it is; nil: not counted by itself.
    package var hits: String?

    package init(list: String, index: Int, hits: UInt64?) {
        self.list = list
        self.index = index
        self.hits = hits.map { String($0) }
    }
}

/// A policy in force.
package struct PolicyReport: Codable, Hashable, Sendable {
    /// `CiliumNetworkPolicy`, `CiliumClusterwideNetworkPolicy` or `NetworkPolicy`.
    package var kind: String
    /// nil: it is of the whole cluster.
    package var namespace: String?
    package var name: String
    /// Rises when the policy changes.
    package var revision: String
    /// Pods of this node that it is about, as `namespace/name`.
    package var endpoints: [String]
    /// What of it is understood and has no effect, or not all of it, and where that stands.
    package var remarks: [String]
    /// In the order of the lists and of their entries.
    package var rules: [PolicyRuleReport]
    /// Packets that no rule let through, of endpoints that this policy, and perhaps others, are about.
    package var default_denies: String

    package init(
        kind: String, namespace: String, name: String, revision: UInt64, endpoints: [String], remarks: [String] = [],
        rules: [PolicyRuleReport] = [], defaultDenies: UInt64 = 0
    ) {
        self.rules = rules
        default_denies = String(defaultDenies)
        self.kind = kind
        self.namespace = namespace.isEmpty ? nil : namespace
        self.name = name
        self.revision = String(revision)
        self.endpoints = endpoints
        self.remarks = remarks
    }
}
