import FlowModel

/// What a flow's summary depends on, as a number: a table's index.
///
/// Up to 255 TCP's flags; from 256 on the protocols that tell nothing more, IP's own versions among them, by IANA's
/// numbers; from 512 on type and code of ICMP, then of ICMPv6.
struct SummaryShape {
    let rawValue: UInt32

    private static let firstPlain: UInt32 = 256
    private static let firstICMP: UInt32 = 512
    private static let firstICMPv6 = firstICMP + 65_536
    private static let (ethernet, ipv4, ipv6) = (firstPlain, firstPlain + 4, firstPlain + 41)

    init(rawValue: UInt32) { self.rawValue = rawValue }

    init(_ flow: Flow) {
        guard flow.attributes.contains(.layer4) else {
            rawValue = Self.lastHeader(flow)
            return
        }
        let typeAndCode = UInt32(flow.icmpType) << 8 | UInt32(flow.icmpCode)
        rawValue =
            switch flow.ipProtocol {
            case .tcp: UInt32(flow.tcpFlags.rawValue)
            case .icmp: Self.firstICMP + typeAndCode
            case .icmpv6: Self.firstICMPv6 + typeAndCode
            case .udp, .sctp, .vrrp, .igmp: Self.firstPlain + UInt32(flow.ipProtocol.rawValue)
            default: Self.lastHeader(flow)
            }
    }

    private static func lastHeader(_ flow: Flow) -> UInt32 {
        guard flow.attributes.contains(.ip) else { return ethernet }
        return flow.attributes.contains(.ipv6) ? ipv6 : ipv4
    }

    /// The simplest flow of this shape.
    var flow: Flow {
        var flow = Flow()
        flow.attributes = [.ip, .layer4]
        switch rawValue {
        case ..<Self.firstPlain:
            flow.ipProtocol = .tcp
            flow.tcpFlags = TCPFlags(rawValue: UInt8(rawValue))
        case Self.ethernet: flow.attributes = []
        case Self.ipv4: flow.attributes = .ip
        case Self.ipv6: flow.attributes = [.ip, .ipv6]
        case ..<Self.firstICMP: flow.ipProtocol = IPProtocol(rawValue: UInt8(rawValue - Self.firstPlain))
        default:
            let isVersion6 = rawValue >= Self.firstICMPv6
            let typeAndCode = rawValue - (isVersion6 ? Self.firstICMPv6 : Self.firstICMP)
            flow.ipProtocol = isVersion6 ? .icmpv6 : .icmp
            (flow.icmpType, flow.icmpCode) = (UInt8(typeAndCode >> 8), UInt8(typeAndCode & 255))
        }
        return flow
    }
}
