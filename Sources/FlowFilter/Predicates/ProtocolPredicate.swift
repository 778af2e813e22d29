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
extension FilterProgram {
    mutating func requireProtocol(_ conditions: [ProtocolCondition], _ set: SetWord) {
        if conditions.isEmpty { return }
        requireLayer4(of: conditions.flatMap(\.protocols), set)
    }

    mutating func requireLayer4(of accepted: [IPProtocol], _ set: SetWord) {
        protocols.restrict(set) { $0 < 256 && accepted.contains(IPProtocol(rawValue: UInt8($0))) }
    }

    @inline(never)
    func narrowByProtocol(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        protocols.narrow(&candidates, flows) { flow in
            Int(flow.ipProtocol.rawValue) | (flow.attributes.contains(.layer4) ? 0 : 256)
        }
    }
}
