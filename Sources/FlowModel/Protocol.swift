/// The number in an IP header that says what follows it (IANA's protocol numbers).
package struct IPProtocol: RawRepresentable, Hashable, BitwiseCopyable, Sendable {
    package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable package static func == (left: IPProtocol, right: IPProtocol) -> Bool { left.rawValue == right.rawValue }

    @inlinable package static var icmp: IPProtocol { IPProtocol(rawValue: 1) }
    @inlinable package static var igmp: IPProtocol { IPProtocol(rawValue: 2) }
    @inlinable package static var tcp: IPProtocol { IPProtocol(rawValue: 6) }
    @inlinable package static var udp: IPProtocol { IPProtocol(rawValue: 17) }
    @inlinable package static var icmpv6: IPProtocol { IPProtocol(rawValue: 58) }
    @inlinable package static var vrrp: IPProtocol { IPProtocol(rawValue: 112) }
    @inlinable package static var sctp: IPProtocol { IPProtocol(rawValue: 132) }

    /// Hubble's name of the layer 4 protocol; nil if it has none.
    package var layer4Name: String? {
        switch self {
        case .tcp: "TCP"
        case .udp: "UDP"
        case .icmp: "ICMPv4"
        case .icmpv6: "ICMPv6"
        case .sctp: "SCTP"
        case .vrrp: "VRRP"
        case .igmp: "IGMP"
        default: nil
        }
    }
}

/// TCP's flags, in the order of the header's bits.
package struct TCPFlags: OptionSet, Hashable, BitwiseCopyable, Sendable {
    package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable package func contains(_ member: TCPFlags) -> Bool { rawValue & member.rawValue == member.rawValue }

    @inlinable package static var fin: TCPFlags { TCPFlags(rawValue: 1 << 0) }
    @inlinable package static var syn: TCPFlags { TCPFlags(rawValue: 1 << 1) }
    @inlinable package static var rst: TCPFlags { TCPFlags(rawValue: 1 << 2) }
    @inlinable package static var psh: TCPFlags { TCPFlags(rawValue: 1 << 3) }
    @inlinable package static var ack: TCPFlags { TCPFlags(rawValue: 1 << 4) }
    @inlinable package static var urg: TCPFlags { TCPFlags(rawValue: 1 << 5) }
    @inlinable package static var ece: TCPFlags { TCPFlags(rawValue: 1 << 6) }
    @inlinable package static var cwr: TCPFlags { TCPFlags(rawValue: 1 << 7) }
}
