import FlowModel

// `IP` and `l4`: what the packet's headers said.
extension FlowJSONEncoder {
    func appendAddresses(_ flow: Flow, to buffer: inout [UInt8]) {
        buffer.append(flow.source)
        buffer.append(contentsOf: pieces.ipDestination)
        buffer.append(flow.destination)
    }

    /// The ports that are not 0, of which there is one at least.
    func appendPorts(_ flow: Flow, to buffer: inout [UInt8]) {
        if flow.sourcePort != 0 {
            buffer.append(decimal: UInt64(flow.sourcePort))
            if flow.destinationPort != 0 { buffer.append(contentsOf: pieces.destinationPort) }
        }
        if flow.destinationPort != 0 { buffer.append(decimal: UInt64(flow.destinationPort)) }
    }

    /// The text around addresses and ports.
    func renderHeaders(_ flow: Flow, _ texts: inout LineTemplate.Texts) {
        if texts.hasAddresses {
            texts.head.append(text: ",\"IP\":{\"source\":\"")
            texts.headers.append(text: "\",\"ipVersion\":\"\(flow.attributes.contains(.ipv6) ? "IPv6" : "IPv4")\"}")
        }
        guard let name = flow.layer4Name else { return }
        texts.headers.append(text: ",\"l4\":{\"\(name)\":{")
        var end: [UInt8] = []
        if flow.ipProtocol == .tcp {
            if texts.hasPorts { end.append(UInt8(ascii: ",")) }
            end.append(contentsOf: tcpFlagsJSON(flow.tcpFlags))
        }
        end.append(text: "}}")
        if texts.hasPorts {
            texts.headers.append(text: flow.sourcePort != 0 ? "\"source_port\":" : "\"destination_port\":")
            texts.afterPorts = end
            return
        }
        if flow.ipProtocol == .icmp || flow.ipProtocol == .icmpv6 {
            texts.headers.append(member: "type", nonZero: UInt64(flow.icmpType))
            texts.headers.append(member: "code", nonZero: UInt64(flow.icmpCode))
        }
        texts.headers.append(contentsOf: end)
    }
}

extension Flow {
    /// The member of `l4`; nil if the packet had no such header, or one that Hubble has no message for.
    fileprivate var layer4Name: String? { attributes.contains(.layer4) ? ipProtocol.layer4Name : nil }

    var hasPorts: Bool {
        attributes.contains(.layer4) && (ipProtocol == .tcp || ipProtocol == .udp || ipProtocol == .sctp)
    }

    var hasNonZeroPort: Bool { sourcePort != 0 || destinationPort != 0 }
}

/// In the order of `flow.TCPFlags`, which is the order of the header's bits.
private func tcpFlagsJSON(_ flags: TCPFlags) -> [UInt8] {
    var json = [UInt8](text: "\"flags\":{")
    for (bit, name) in ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"].enumerated()
    where flags.rawValue >> UInt8(bit) & 1 == 1 {
        json.append(member: name, literal: "true")
    }
    json.append(UInt8(ascii: "}"))
    return json
}
