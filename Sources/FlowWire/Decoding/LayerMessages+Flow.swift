import FlowModel

extension IPMessage {
    /// Addresses that are none leave the flow without an IP header.
    func read(into flow: inout Flow) {
        guard let source = IPAddress(source ?? ""), let destination = IPAddress(destination ?? "") else { return }
        flow.source = source
        flow.destination = destination
        flow.attributes.insert(.ip)
        let isIPv6 = ipVersion?.name == "IPv6" || ipVersion?.number == 2
        if isIPv6 { flow.attributes.insert(.ipv6) }
    }
}

extension Layer4Message {
    func read(into flow: inout Flow) {
        if let TCP {
            flow.tcpFlags = TCP.flags?.flags ?? []
            readPorts(.tcp, TCP.sourcePort, TCP.destinationPort, into: &flow)
        } else if let UDP {
            readPorts(.udp, UDP.sourcePort, UDP.destinationPort, into: &flow)
        } else if let SCTP {
            readPorts(.sctp, SCTP.sourcePort, SCTP.destinationPort, into: &flow)
        } else if let ICMPv4 {
            ICMPv4.read(.icmp, into: &flow)
        } else if let ICMPv6 {
            ICMPv6.read(.icmpv6, into: &flow)
        } else if VRRP != nil {
            readPorts(.vrrp, nil, nil, into: &flow)
        } else if IGMP != nil {
            readPorts(.igmp, nil, nil, into: &flow)
        }
    }

    private func readPorts(
        _ ipProtocol: IPProtocol, _ source: WireNumber?, _ destination: WireNumber?, into flow: inout Flow
    ) {
        flow.ipProtocol = ipProtocol
        flow.attributes.insert(.layer4)
        flow.sourcePort = source?.clamped() ?? 0
        flow.destinationPort = destination?.clamped() ?? 0
    }
}

extension ICMPMessage {
    func read(_ ipProtocol: IPProtocol, into flow: inout Flow) {
        flow.ipProtocol = ipProtocol
        flow.attributes.insert(.layer4)
        flow.icmpType = type?.clamped() ?? 0
        flow.icmpCode = code?.clamped() ?? 0
    }
}

extension TCPFlagsMessage {
    var flags: TCPFlags {
        let told: [(Bool?, TCPFlags)] = [
            (FIN, .fin), (SYN, .syn), (RST, .rst), (PSH, .psh), (ACK, .ack), (URG, .urg), (ECE, .ece), (CWR, .cwr),
        ]
        return told.reduce(into: []) { flags, entry in if entry.0 == true { flags.insert(entry.1) } }
    }
}
