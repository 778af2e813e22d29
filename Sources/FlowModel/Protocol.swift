/// The number in an IP header that says what follows it (IANA's protocol numbers).
public struct IPProtocol: RawRepresentable, Hashable, BitwiseCopyable, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static func == (left: IPProtocol, right: IPProtocol) -> Bool { left.rawValue == right.rawValue }

    @inlinable public static var icmp: IPProtocol { IPProtocol(rawValue: 1) }
    @inlinable public static var igmp: IPProtocol { IPProtocol(rawValue: 2) }
    @inlinable public static var tcp: IPProtocol { IPProtocol(rawValue: 6) }
    @inlinable public static var udp: IPProtocol { IPProtocol(rawValue: 17) }
    @inlinable public static var icmpv6: IPProtocol { IPProtocol(rawValue: 58) }
    @inlinable public static var vrrp: IPProtocol { IPProtocol(rawValue: 112) }
    @inlinable public static var sctp: IPProtocol { IPProtocol(rawValue: 132) }

    /// Hubble's name of the layer 4 protocol; nil if it has none.
    public var layer4Name: String? {
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
public struct TCPFlags: OptionSet, Hashable, BitwiseCopyable, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public func contains(_ member: TCPFlags) -> Bool { rawValue & member.rawValue == member.rawValue }

    @inlinable public static var fin: TCPFlags { TCPFlags(rawValue: 1 << 0) }
    @inlinable public static var syn: TCPFlags { TCPFlags(rawValue: 1 << 1) }
    @inlinable public static var rst: TCPFlags { TCPFlags(rawValue: 1 << 2) }
    @inlinable public static var psh: TCPFlags { TCPFlags(rawValue: 1 << 3) }
    @inlinable public static var ack: TCPFlags { TCPFlags(rawValue: 1 << 4) }
    @inlinable public static var urg: TCPFlags { TCPFlags(rawValue: 1 << 5) }
    @inlinable public static var ece: TCPFlags { TCPFlags(rawValue: 1 << 6) }
    @inlinable public static var cwr: TCPFlags { TCPFlags(rawValue: 1 << 7) }
}
