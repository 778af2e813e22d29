package import FlowCatalog
package import FlowModel
import FlowWire

/// Writes flows as CSV by RFC 4180: a header, then a line a flow, ended by CR LF.
///
/// A value of one thread; a flow costs some microseconds. Gaps have no line.
package struct FlowCSV: Sendable {
    private let nodeName: String
    private let catalog: FlowCatalog
    private var names: FlowNames
    private var clock = TimeText(.rfc3339Nano)
    private var endpoints: [Endpoint]
    private var services: [ServiceReference]
    private var interfaces: [String]

    package init(catalog: FlowCatalog, nodeName: String) {
        self.nodeName = nodeName
        self.catalog = catalog
        names = FlowNames(catalog)
        endpoints = catalog.endpoints.elements()
        services = catalog.services.elements()
        interfaces = catalog.names.elements()
    }

    package static let header = Array(
        (columns.joined(separator: ",") + "\r\n").utf8)

    private static let columns = [
        "time", "sequence", "node", "verdict", "type", "reason", "direction", "is_reply", "protocol", "tcp_flags",
        "icmp_type", "icmp_code",
        "source_ip", "source_port", "source_namespace", "source_pod", "source_names", "source_identity",
        "source_service",
        "destination_ip", "destination_port", "destination_namespace", "destination_pod", "destination_names",
        "destination_identity", "destination_service",
        "policy_kind", "policy_namespace", "policy", "packets", "bytes", "interface", "summary",
    ]

    package mutating func append(_ flow: Flow, to buffer: inout [UInt8]) {
        let text = FlowText(flow, nil, &names, PrinterOptions())
        let rule = names.rule(flow)
        let hasIP = flow.attributes.contains(.ip)
        let hasLayer4 = flow.attributes.contains(.layer4)
        let isICMP = hasLayer4 && (flow.ipProtocol == .icmp || flow.ipProtocol == .icmpv6)
        var row = [
            clock.text(nanoseconds: flow.timeNanoseconds), "\(flow.sequence)", nodeName, flow.verdict.name, text.type,
            reason(flow), flow.direction.name,
            flow.shownReply.map { "\($0)" } ?? "", Self.protocolName(flow), Self.flags(flow),
            isICMP ? "\(flow.icmpType)" : "", isICMP ? "\(flow.icmpCode)" : "",
        ]
        let ports = (hasLayer4 ? flow.sourcePort : 0, hasLayer4 ? flow.destinationPort : 0)
        row += side(
            hasIP ? flow.source : nil, ports.0, flow.sourceEndpoint, flow.sourceIdentity, flow.sourceService)
        row += side(
            hasIP ? flow.destination : nil, ports.1, flow.destinationEndpoint, flow.destinationIdentity,
            flow.destinationService)
        row += [
            rule.kind, rule.namespace, rule.name, "\(flow.packets)", "\(flow.bytes)", interface(flow), text.summary,
        ]
        Self.append(row, to: &buffer)
    }

    private mutating func side(
        _ address: IPAddress?, _ port: UInt16, _ endpoint: UInt32, _ identity: UInt32, _ service: UInt32
    ) -> [String] {
        if Int(endpoint) >= endpoints.count { endpoints = catalog.endpoints.elements() }
        if Int(service) >= services.count { services = catalog.services.elements() }
        let known = endpoints[Int(endpoint) < endpoints.count ? Int(endpoint) : 0]
        let target = services[Int(service) < services.count ? Int(service) : 0]
        return [
            address?.description ?? "", port == 0 ? "" : "\(port)", known.namespace, known.podName,
            known.dnsNames.joined(separator: " "), "\(identity)",
            target.namespace.isEmpty ? target.name : "\(target.namespace)/\(target.name)",
        ]
    }

    private mutating func interface(_ flow: Flow) -> String {
        if Int(flow.interfaceName) >= interfaces.count { interfaces = catalog.names.elements() }
        return Int(flow.interfaceName) < interfaces.count ? interfaces[Int(flow.interfaceName)] : ""
    }

    /// Why it was dropped, by the name that JSON has, or the kernel's own; empty where it was not.
    private mutating func reason(_ flow: Flow) -> String {
        if flow.kind == .kernelDrop && flow.kernelReason != 0 { return names.kernelReason(flow) }
        return flow.dropReason == .unknown ? "" : flow.dropReason.name ?? "\(flow.dropReason.rawValue)"
    }

    /// Empty without one; a number where Hubble has no name.
    private static func protocolName(_ flow: Flow) -> String {
        guard flow.attributes.contains(.layer4) else { return "" }
        return flow.ipProtocol.layer4Name ?? "\(flow.ipProtocol.rawValue)"
    }

    private static func flags(_ flow: Flow) -> String {
        guard flow.ipProtocol == .tcp, flow.attributes.contains(.layer4) else { return "" }
        return flagNames.filter { flow.tcpFlags.contains($0.flag) }.map(\.name).joined(separator: " ")
    }

    private static let flagNames: [(flag: TCPFlags, name: String)] = [
        (.fin, "FIN"), (.syn, "SYN"), (.rst, "RST"), (.psh, "PSH"), (.ack, "ACK"), (.urg, "URG"), (.ece, "ECE"),
        (.cwr, "CWR"),
    ]

    // MARK: Fields

    static func append(_ row: [String], to buffer: inout [UInt8]) {
        for (index, field) in row.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            append(field, to: &buffer)
        }
        buffer += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    }

    /// In quotes, its own doubled, where it has a comma, a quote or a line break.
    private static func append(_ field: String, to buffer: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let isPlain = !field.utf8.contains { [quote, UInt8(ascii: ","), 10, 13].contains($0) }
        if isPlain { return buffer.append(contentsOf: field.utf8) }
        buffer.append(quote)
        for byte in field.utf8 {
            if byte == quote { buffer.append(quote) }
            buffer.append(byte)
        }
        buffer.append(quote)
    }
}
