internal import FlowModel

/// Values of Hubble's label `protocol`, by number.
enum ProtocolLabel {
    static let names = [
        "TCP", "UDP", "ICMPv4", "ICMPv6", "SCTP", "VRRP", "IGMP", "Unknown L4", "DNS", "HTTP", "Unknown L7",
        "Unknown flow",
    ]

    static func layer4(_ ipProtocol: IPProtocol) -> UInt64 {
        switch ipProtocol {
        case .tcp: 0
        case .udp: 1
        case .icmp: 2
        case .icmpv6: 3
        case .sctp: 4
        case .vrrp: 5
        case .igmp: 6
        default: 7
        }
    }

    /// Of a kind that has no packet's type (`FlowTypeLabel.number(of:)`).
    static func number(_ flow: Flow) -> UInt64 {
        switch flow.kind {
        case .layer7: flow.attributes.contains(.dns) ? 8 : flow.attributes.contains(.http) ? 9 : 10
        case .socketTrace, .unknown: 11
        default: layer4(flow.ipProtocol)
        }
    }

    static let label = OwnLabel.listed("protocol", FlowWord.protocolLabel, names)
}
