/// The number in an IP header that says what follows it (IANA's protocol numbers).
package struct IPProtocol: RawRepresentable, Hashable, BitwiseCopyable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let icmp = IPProtocol(rawValue: 1)
    package static let igmp = IPProtocol(rawValue: 2)
    package static let tcp = IPProtocol(rawValue: 6)
    package static let udp = IPProtocol(rawValue: 17)
    package static let icmpv6 = IPProtocol(rawValue: 58)
    package static let vrrp = IPProtocol(rawValue: 112)
    package static let sctp = IPProtocol(rawValue: 132)

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
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let fin = TCPFlags(rawValue: 1 << 0)
    package static let syn = TCPFlags(rawValue: 1 << 1)
    package static let rst = TCPFlags(rawValue: 1 << 2)
    package static let psh = TCPFlags(rawValue: 1 << 3)
    package static let ack = TCPFlags(rawValue: 1 << 4)
    package static let urg = TCPFlags(rawValue: 1 << 5)
    package static let ece = TCPFlags(rawValue: 1 << 6)
    package static let cwr = TCPFlags(rawValue: 1 << 7)
}
