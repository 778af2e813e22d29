package import FlowModel

/// One side of flows that are summed up: what it is known by, empty members left out.
package struct SideReport: Codable, Hashable, Sendable {
    package var namespace: String?
    package var pod: String?
    /// Of the controller that made the pod.
    package var workload: String?
    package var workload_kind: String?
    package var dns_names: [String]?
    /// nil where a workload of several identities stands for them.
    package var identity: UInt32?
    /// `world`, `host`…
    package var identity_name: String?

    /// Pod by pod.
    package init(_ endpoint: Endpoint, identity: UInt32) {
        namespace = endpoint.namespace.nonEmpty
        pod = endpoint.podName.nonEmpty
        workload = endpoint.workloads.first?.name
        workload_kind = endpoint.workloads.first?.kind
        dns_names = endpoint.dnsNames.isEmpty ? nil : endpoint.dnsNames
        self.identity = identity
        identity_name = Identity(rawValue: identity).reservedName
    }

    /// Pods of a workload as one.
    package init(workloadOf endpoint: Endpoint, identity: UInt32) {
        self.init(endpoint, identity: identity)
        if workload != nil { (pod, self.identity, identity_name) = (nil, nil, nil) }
    }

    /// `shop/frontend`, `api.example.org`, `world`, `24601`.
    package var name: String {
        let prefix = namespace.map { $0 + "/" } ?? ""
        if let name = pod ?? workload { return prefix + name }
        if let dns_names { return dns_names.joined(separator: ",") }
        return identity_name ?? String(identity ?? 0)
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
