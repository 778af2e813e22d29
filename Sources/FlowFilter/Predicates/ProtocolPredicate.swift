package import FlowModel

/// A layer 4 protocol as requests name it; `icmp` is ICMPv4 and ICMPv6.
package struct ProtocolCondition: Hashable, Sendable {
    package var protocols: [IPProtocol]

    package init(protocols: [IPProtocol]) { self.protocols = protocols }

    static let names = ["tcp", "udp", "sctp", "icmp", "icmpv4", "icmpv6", "vrrp", "igmp"]

    /// A name in any case; nil for others, among them the layer 7 protocols.
    package init?(_ text: String) {
        switch text.lowercased() {
        case "tcp": protocols = [.tcp]
        case "udp": protocols = [.udp]
        case "sctp": protocols = [.sctp]
        case "icmp": protocols = [.icmp, .icmpv6]
        case "icmpv4": protocols = [.icmp]
        case "icmpv6": protocols = [.icmpv6]
        case "vrrp": protocols = [.vrrp]
        case "igmp": protocols = [.igmp]
        default: return nil
        }
    }
}

/// Matches by the layer 4 header, as Hubble does: a later fragment, which has none, never matches.
struct ProtocolPredicate {
    private let protocols: [IPProtocol]

    init?(_ conditions: [ProtocolCondition]) {
        if conditions.isEmpty { return nil }
        protocols = conditions.flatMap(\.protocols)
    }

    func matches(_ flow: borrowing Flow) -> Bool {
        guard flow.attributes.contains(.layer4) else { return false }
        return protocols.contains(flow.ipProtocol)
    }
}
