package import FlowModel
package import Manifests

/// A Kubernetes Service as clients reach it: its addresses and ports.
package struct ServiceObject: Hashable, Sendable {
    package let reference: ServiceReference
    /// Cluster, external and load balancer addresses; none for a headless service.
    package let addresses: [IPAddress]
    package let ports: [ContainerPort]
    /// Labels of the pods that stand behind it.
    package let selector: [String: String]

    package init(_ document: ManifestDocument) throws(FieldProblem) {
        reference = ServiceReference(name: document.name, namespace: document.namespace ?? "default")
        let node = document.node
        let spec = try node.field("spec")
        addresses = try Self.addresses(spec: spec, status: try node.field("status"))
        selector = try spec?.field("selector")?.textMap() ?? [:]
        var ports: [ContainerPort] = []
        for port in try spec?.field("ports")?.list() ?? [] {
            guard let number = try port.field("port")?.integer(in: 1...65_535) else {
                throw port.problem("port is required")
            }
            ports.append(
                ContainerPort(
                    name: try port.field("name")?.text() ?? "", number: UInt16(number),
                    ipProtocol: try port.field("protocol")?.ipProtocol() ?? .tcp))
        }
        self.ports = ports
    }

    private static func addresses(spec: ManifestNode?, status: ManifestNode?) throws(FieldProblem) -> [IPAddress] {
        var nodes: [ManifestNode] = []
        if let node = try spec?.field("clusterIP") { nodes.append(node) }
        nodes += try spec?.field("clusterIPs")?.list() ?? []
        nodes += try spec?.field("externalIPs")?.list() ?? []
        for ingress in try status?.field("loadBalancer")?.field("ingress")?.list() ?? [] {
            if let node = try ingress.field("ip") { nodes.append(node) }
        }
        var addresses: [IPAddress] = []
        for node in nodes {
            let text = try node.text()
            guard text != "None", !text.isEmpty else { continue }
            let address = try node.address()
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }
}
