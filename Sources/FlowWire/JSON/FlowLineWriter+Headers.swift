import FlowModel

// `IP` and `l4`: what the packet's headers said.
extension FlowLineWriter {
    @inline(__always)
    func writeHeaders(_ flow: Flow, _ line: LineFragments, _ writer: inout ByteWriter) {
        if flow.attributes.contains(.ip) && mask.contains(.ip) { writeAddresses(flow, &writer) }
        if flow.attributes.contains(.layer4) && mask.containsAny(.layer4) { writeLayer4(flow, line, &writer) }
    }

    @inline(__always)
    private func writeAddresses(_ flow: Flow, _ writer: inout ByteWriter) {
        writer.write("\"IP\":{\"source\":\"")
        writer.write(flow.source)
        writer.write("\",\"destination\":\"")
        writer.write(flow.destination)
        writer.write(flow.attributes.contains(.ipv6) ? "\",\"ipVersion\":\"IPv6\"}," : "\",\"ipVersion\":\"IPv4\"},")
    }

    /// Nothing for a protocol that Hubble has no message for.
    @inline(__always)
    private func writeLayer4(_ flow: Flow, _ line: LineFragments, _ writer: inout ByteWriter) {
        switch flow.ipProtocol {
        case .tcp where mask.contains(.tcp):
            writer.write("\"l4\":{\"TCP\":{")
            writePorts(flow, &writer)
            writer.write(line.tcpFlags)
        case .udp where mask.contains(.udp):
            writer.write("\"l4\":{\"UDP\":{")
            writePorts(flow, &writer)
            close(&writer)
        case .icmp where mask.contains(.icmpv4): writeICMP("\"l4\":{\"ICMPv4\":{", flow, &writer)
        case .icmpv6 where mask.contains(.icmpv6): writeICMP("\"l4\":{\"ICMPv6\":{", flow, &writer)
        case .sctp where mask.contains(.sctp):
            writer.write("\"l4\":{\"SCTP\":{")
            writePorts(flow, &writer)
            close(&writer)
        case .vrrp where mask.contains(.vrrp): writer.write("\"l4\":{\"VRRP\":{}},")
        case .igmp where mask.contains(.igmp): writer.write("\"l4\":{\"IGMP\":{}},")
        default: break
        }
    }

    @inline(__always)
    private func writePorts(_ flow: Flow, _ writer: inout ByteWriter) {
        writer.write("\"source_port\":", nonZero: flow.sourcePort)
        writer.write("\"destination_port\":", nonZero: flow.destinationPort)
    }

    private func writeICMP(_ key: StaticString, _ flow: Flow, _ writer: inout ByteWriter) {
        writer.write(key)
        writer.write("\"type\":", nonZero: flow.icmpType)
        writer.write("\"code\":", nonZero: flow.icmpCode)
        close(&writer)
    }

    /// The protocol's object, and `l4`.
    @inline(__always)
    private func close(_ writer: inout ByteWriter) {
        writer.closeObject()
        writer.closeObject()
    }
}
