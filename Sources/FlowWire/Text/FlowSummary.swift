package import FlowModel

/// The one-line summary of a packet, in Hubble's words.
package enum FlowSummary {
    /// `TCP Flags: SYN, ACK`, `UDP`, `ICMPv4 EchoRequest`; the last header understood where layer 4 is not.
    package static func text(_ flow: Flow) -> String {
        guard flow.attributes.contains(.layer4) else { return lastHeader(flow) }
        return switch flow.ipProtocol {
        case .tcp: tcp(flow.tcpFlags)
        case .udp: "UDP"
        case .sctp: "SCTP"
        case .icmp: ICMPNames.v4.text(type: flow.icmpType, code: flow.icmpCode)
        case .icmpv6: ICMPNames.v6.text(type: flow.icmpType, code: flow.icmpCode)
        case .vrrp: "VRRP"
        case .igmp: "IGMP"
        default: lastHeader(flow)
        }
    }

    static func lastHeader(_ flow: Flow) -> String {
        guard flow.attributes.contains(.ip) else { return "Ethernet" }
        return flow.attributes.contains(.ipv6) ? "IPv6" : "IPv4"
    }

    private static func tcp(_ flags: TCPFlags) -> String { tcpSummaries[Int(flags.rawValue)] }

    /// By the flags' raw value.
    private static let tcpSummaries: [String] = (0...UInt8.max).map { number in
        let names = flagsInOrder.filter { TCPFlags(rawValue: number).contains($0.flag) }.map(\.name)
        return "TCP Flags: " + names.joined(separator: ", ")
    }

    private static let flagsInOrder: [(flag: TCPFlags, name: String)] = [
        (.syn, "SYN"), (.ack, "ACK"), (.rst, "RST"), (.fin, "FIN"), (.psh, "PSH"), (.urg, "URG"), (.ece, "ECE"),
        (.cwr, "CWR"),
    ]
}
