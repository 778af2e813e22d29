import FlowModel

/// One end of a flow, as a person reads it.
struct FlowSide {
    /// nil for a packet without an IP header.
    private let address: IPAddress?
    private let name: HostName?
    /// 0 where the protocol has none.
    private let port: UInt16
    private let identityNumber: UInt32
    /// The address of the link layer, shown where there is no other.
    var ethernet = ""

    /// - Parameter name: nil where only the address is known.
    init(_ flow: Flow, address: IPAddress, port: UInt16, identity: UInt32, name: HostName?) {
        let hasIP = flow.attributes.contains(.ip)
        self.address = hasIP ? address : nil
        self.name = hasIP ? name : nil
        let hasPorts = flow.ipProtocol == .tcp || flow.ipProtocol == .udp || flow.ipProtocol == .sctp
        self.port = hasPorts && flow.attributes.contains(.layer4) ? port : 0
        identityNumber = identity
    }

    /// `(ID:24601)`, or `(world)` for a reserved one.
    func appendIdentity(to buffer: inout [UInt8], _ painter: Painter) {
        painter.append(.magenta, to: &buffer) { buffer in
            if let name = Identity(rawValue: identityNumber).reservedName {
                buffer.append("(\(name))")
            } else {
                buffer.append("(ID:")
                buffer.append(decimal: identityNumber)
                buffer.append(UInt8(ascii: ")"))
            }
        }
    }

    /// `shop/cart:41822`, `[fd00::1]:53`
    func text(isNumeric: Bool, _ painter: Painter) -> String {
        var text: [UInt8] = []
        append(to: &text, isNumeric: isNumeric, painter)
        return String(decoding: text, as: UTF8.self)
    }

    func append(to buffer: inout [UInt8], isNumeric: Bool, _ painter: Painter) {
        guard let address else { return painter.append(ethernet, .cyan, to: &buffer) }
        let name = isNumeric ? nil : name
        let host = name?.text ?? address.description
        let isBracketed = port != 0 && (name?.holdsColon ?? !address.isV4)
        if isBracketed { buffer.append("[") }
        painter.append(host, .cyan, to: &buffer)
        if isBracketed { buffer.append("]") }
        if port == 0 { return }
        buffer.append(":")
        painter.append(.yellow, to: &buffer) { $0.append(decimal: UInt32(port)) }
    }
}

/// What stands for an address.
struct HostName: Sendable {
    let text: String
    /// It is put in brackets before a port.
    let holdsColon: Bool

    init(_ text: String) {
        self.text = text
        holdsColon = text.utf8.contains(UInt8(ascii: ":"))
    }
}

/// What an endpoint is called.
struct EndpointName: Sendable {
    private let podName: String
    /// `shop/cart`, or else the names of an address outside of the cluster; nil where there is neither.
    private let host: HostName?
    private let dnsNames: HostName?
    let labels: [String]

    init(_ endpoint: Endpoint) {
        podName = endpoint.podName
        labels = endpoint.labels
        host = podName.isEmpty ? nil : Self.qualified(podName, endpoint.namespace)
        dnsNames =
            endpoint.dnsNames.isEmpty ? nil : HostName(endpoint.dnsNames.joined(separator: ",").withoutControls)
    }

    /// Pod before service before DNS names; a service's namespace goes before the pod's, as Hubble's printer has it.
    func host(_ service: ServiceReference) -> HostName? {
        if service.name.isEmpty { return host ?? dnsNames }
        return Self.qualified(podName.isEmpty ? service.name : podName, service.namespace)
    }

    private static func qualified(_ name: String, _ namespace: String) -> HostName {
        HostName((namespace.isEmpty ? name : "\(namespace)/\(name)").withoutControls)
    }
}
