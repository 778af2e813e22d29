import FlowModel

/// One end of a flow, as a person reads it.
struct FlowSide {
    /// Name or address; empty for a packet without an IP header.
    let name: String
    let address: String
    /// nil where the protocol has none, or it is 0.
    let port: String?
    /// `(ID:24601)`, or `(world)` for a reserved one.
    let identity: String

    init(
        _ flow: Flow, address: IPAddress, port: UInt16, identity: UInt32, endpoint: Endpoint, service: ServiceReference
    ) {
        let hasIP = flow.attributes.contains(.ip)
        self.address = hasIP ? address.description : ""
        name = hasIP ? Self.name(endpoint, service) ?? self.address : ""
        let hasPort = flow.attributes.contains(.layer4) && port != 0
        self.port = hasPort && [.tcp, .udp, .sctp].contains(flow.ipProtocol) ? "\(port)" : nil
        let reserved = Identity(rawValue: identity).reservedName
        self.identity = reserved.map { "(\($0))" } ?? "(ID:\(identity))"
    }

    /// Pod before service; a service's namespace goes before the pod's, as Hubble's printer has it.
    private static func name(_ endpoint: Endpoint, _ service: ServiceReference) -> String? {
        let hasService = !service.name.isEmpty
        let name = endpoint.podName.isEmpty ? service.name : endpoint.podName
        if name.isEmpty { return nil }
        let namespace = hasService ? service.namespace : endpoint.namespace
        return (namespace.isEmpty ? name : "\(namespace)/\(name)").withoutControls
    }

    /// `shop/cart:41822`, `[fd00::1]:53`
    func text(isNumeric: Bool, _ painter: Painter) -> String {
        let host = isNumeric ? address : name
        guard let port, !host.isEmpty else { return painter.paint(host, .cyan) }
        let painted = painter.paint(host, .cyan)
        return (host.contains(":") ? "[\(painted)]" : painted) + ":" + painter.paint(port, .yellow)
    }
}
