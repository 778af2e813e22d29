internal import FlowModel

/// A test of one of the names that a side of a flow has. A side that has none does not pass.
package struct NameTest: Hashable, Sendable {
    package enum Name: Hashable, Sendable {
        /// Without its namespace, and with it: `shop/cart-1`.
        case pod, qualifiedPod
        case namespace
        /// Any of a side's controllers, by name, and by kind.
        case workload, workloadKind
        /// Any of a side's DNS names.
        case fqdn
        case cluster
        /// Any label, as `source:key=value`.
        case label
        /// Of the service that the side is an address of.
        case service, qualifiedService, serviceNamespace
    }

    package var name: Name
    package var test: TextTest

    package init(_ name: Name, _ test: TextTest) { (self.name, self.test) = (name, test) }

    func holds(_ endpoint: Endpoint) -> Bool {
        switch name {
        case .pod: holds(endpoint.podName)
        case .qualifiedPod: !endpoint.podName.isEmpty && test.holds("\(endpoint.namespace)/\(endpoint.podName)")
        case .namespace: holds(endpoint.namespace)
        case .workload: endpoint.workloads.contains { holds($0.name) }
        case .workloadKind: endpoint.workloads.contains { holds($0.kind) }
        case .fqdn: endpoint.dnsNames.contains(where: holds)
        case .cluster: holds(endpoint.clusterName)
        case .label: endpoint.labels.contains(where: holds)
        case .service, .qualifiedService, .serviceNamespace: false
        }
    }

    func holds(_ service: ServiceReference) -> Bool {
        switch name {
        case .service: holds(service.name)
        case .qualifiedService: !service.name.isEmpty && test.holds("\(service.namespace)/\(service.name)")
        case .serviceNamespace: holds(service.namespace)
        default: false
        }
    }

    private func holds(_ text: String) -> Bool { !text.isEmpty && test.holds(text) }
}
