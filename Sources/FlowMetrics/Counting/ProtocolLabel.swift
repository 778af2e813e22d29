internal import FlowModel

/// Values of Hubble's label `protocol`, by number.
enum ProtocolLabel {
    static let names = [
        "TCP", "UDP", "ICMPv4", "ICMPv6", "SCTP", "VRRP", "IGMP", "Unknown L4", "DNS", "HTTP", "Unknown L7",
        "Unknown flow",
    ]

    /// Of a flow of any kind.
    @inline(__always)
    static func number(_ flow: borrowing Flow) -> UInt64 {
        let kind = flow.kind
        if kind == .layer7 { return layer7(flow.attributes) }
        if kind == .socketTrace || kind == .unknown { return 11 }
        return layer4(flow.ipProtocol)
    }

    static func layer7(_ attributes: FlowAttributes) -> UInt64 {
        attributes.contains(.dns) ? 8 : attributes.contains(.http) ? 9 : 10
    }

    @inline(__always)
    static func layer4(_ ipProtocol: IPProtocol) -> UInt64 {
        switch ipProtocol.rawValue {
        case IPProtocol.tcp.rawValue: 0
        case IPProtocol.udp.rawValue: 1
        case IPProtocol.icmp.rawValue: 2
        case IPProtocol.icmpv6.rawValue: 3
        case IPProtocol.sctp.rawValue: 4
        case IPProtocol.vrrp.rawValue: 5
        case IPProtocol.igmp.rawValue: 6
        default: 7
        }
    }

    static let label = OwnLabel.listed("protocol", FlowWord.protocolLabel, names)
}
