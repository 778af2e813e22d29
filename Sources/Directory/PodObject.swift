package import FlowModel
package import Manifests

/// What Apus needs to know of a Kubernetes Pod.
package struct PodObject: Sendable {
    package let name: String
    package let namespace: String
    package let labels: [String: String]
    package let workload: Workload?
    /// Nil if no node is named, as in a manifest that was written by hand.
    package let nodeName: String?
    package let serviceAccountName: String
    package let isOnHostNetwork: Bool
    package let ports: [ContainerPort]
    /// Empty while the pod has no address, and after it has ended.
    package let addresses: [IPAddress]

    package init(_ document: ManifestDocument) throws(FieldProblem) {
        let node = document.node
        let metadata = try node.field("metadata")
        let spec = try node.field("spec")
        let status = try node.field("status")
        name = document.name
        namespace = document.namespace ?? "default"
        labels = try metadata?.field("labels")?.textMap() ?? [:]
        workload = try metadata.flatMap { metadata throws(FieldProblem) in try Workload(podMetadata: metadata) }
        nodeName = try spec?.field("nodeName")?.text()
        serviceAccountName = try spec?.field("serviceAccountName")?.text() ?? "default"
        isOnHostNetwork = try spec?.field("hostNetwork")?.bool() ?? false
        ports = try spec.map { spec throws(FieldProblem) in try ContainerPort.ports(ofPodSpec: spec) } ?? []
        addresses = try status.map { status throws(FieldProblem) in try Self.addresses(status) } ?? []
    }

    private static func addresses(_ status: ManifestNode) throws(FieldProblem) -> [IPAddress] {
        let phase = try status.field("phase")?.text()
        guard phase != "Succeeded", phase != "Failed" else { return [] }
        var addresses: [IPAddress] = []
        if let node = try status.field("podIP") { addresses.append(try node.address()) }
        for item in try status.field("podIPs")?.list() ?? [] {
            guard let address = try item.field("ip")?.address() else { continue }
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }
}

/// A port that a container declares.
package struct ContainerPort: Hashable, Sendable {
    /// Empty if it has none.
    package let name: String
    package let number: UInt16
    package let ipProtocol: IPProtocol

    package init(name: String, number: UInt16, ipProtocol: IPProtocol) {
        self.name = name
        self.number = number
        self.ipProtocol = ipProtocol
    }

    static func ports(ofPodSpec spec: ManifestNode) throws(FieldProblem) -> [ContainerPort] {
        var ports: [ContainerPort] = []
        for container in try spec.field("containers")?.list() ?? [] {
            for port in try container.field("ports")?.list() ?? [] {
                guard let number = try port.field("containerPort")?.integer(in: 1...65_535) else {
                    throw port.problem("containerPort is required")
                }
                ports.append(
                    ContainerPort(
                        name: try port.field("name")?.text() ?? "", number: UInt16(number),
                        ipProtocol: try port.field("protocol")?.ipProtocol() ?? .tcp))
            }
        }
        return ports
    }
}

extension ManifestNode {
    func address() throws(FieldProblem) -> IPAddress {
        let text = try text()
        guard let address = IPAddress(text) else {
            throw problem("must be an IPv4 or IPv6 address, not \"\(text)\"")
        }
        return address
    }

    func ipProtocol() throws(FieldProblem) -> IPProtocol {
        switch try text() {
        case "TCP": .tcp
        case "UDP": .udp
        case "SCTP": .sctp
        case let other: throw problem("must be TCP, UDP or SCTP, not \"\(other)\"")
        }
    }
}
