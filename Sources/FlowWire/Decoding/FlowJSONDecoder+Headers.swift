import FlowModel

// `IP` and `l4`: what the packet's headers said.
extension FlowJSONDecoder {
    /// Addresses that are none leave the flow without an IP header.
    mutating func readAddresses(
        _ message: inout FlowMessage, _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        var (source, destination) = (IPAddress?.none, IPAddress?.none)
        var isIPv6 = false
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown {
            case .source: source = endpoints.address(line, try scanner.string(line))
            case .destination: destination = endpoints.address(line, try scanner.string(line))
            case .ipVersion: isIPv6 = try isVersion6(line, &scanner)
            case .sourceXlated:
                let translated = endpoints.address(line, try scanner.string(line))
                if keepsDetails { message.note { $0.translatedSource = translated } }
            case .encrypted:
                let isEncrypted = try scanner.truth(line)
                if keepsDetails { message.note { $0.isEncrypted = isEncrypted } }
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
        guard let source, let destination else { return }
        (message.flow.source, message.flow.destination) = (source, destination)
        message.flow.attributes.insert(.ip)
        if isIPv6 { message.flow.attributes.insert(.ipv6) }
    }

    private func isVersion6(_ line: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFailure) -> Bool {
        guard try scanner.isText(line) else { return try scanner.number(line) == 2 }
        let range = try scanner.string(line)
        return range.count == 4 && line[range.upperBound - 1] == UInt8(ascii: "6")
    }

    mutating func readLayer4(
        _ flow: inout Flow, _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        var more = try scanner.open(line, "{")
        while more {
            let key = FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown
            let ipProtocol: IPProtocol? =
                switch key {
                case .TCP: .tcp
                case .UDP: .udp
                case .SCTP: .sctp
                case .ICMPv4: .icmp
                case .ICMPv6: .icmpv6
                case .VRRP: .vrrp
                case .IGMP: .igmp
                default: nil
                }
            if let ipProtocol {
                flow.ipProtocol = ipProtocol
                flow.attributes.insert(.layer4)
                try readProtocol(&flow, line, &scanner)
            } else {
                try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
    }

    private func readProtocol(
        _ flow: inout Flow, _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        let hasPorts = flow.ipProtocol == .tcp || flow.ipProtocol == .udp || flow.ipProtocol == .sctp
        let isICMP = flow.ipProtocol == .icmp || flow.ipProtocol == .icmpv6
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown {
            case .sourcePort where hasPorts: flow.sourcePort = UInt16(clamping: try scanner.number(line))
            case .destinationPort where hasPorts: flow.destinationPort = UInt16(clamping: try scanner.number(line))
            case .flags where flow.ipProtocol == .tcp: flow.tcpFlags = try flags(line, &scanner)
            case .type where isICMP: flow.icmpType = UInt8(clamping: try scanner.number(line))
            case .code where isICMP: flow.icmpCode = UInt8(clamping: try scanner.number(line))
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
    }

    private func flags(_ line: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFailure) -> TCPFlags {
        var flags: TCPFlags = []
        var more = try scanner.open(line, "{")
        while more {
            let flag: TCPFlags? =
                switch FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown {
                case .FIN: .fin
                case .SYN: .syn
                case .RST: .rst
                case .PSH: .psh
                case .ACK: .ack
                case .URG: .urg
                case .ECE: .ece
                case .CWR: .cwr
                default: nil
                }
            if let flag {
                if try scanner.truth(line) { flags.insert(flag) }
            } else {
                try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
        return flags
    }
}
