package import FlowModel

/// A layer 4 protocol as requests name it; `icmp` is ICMPv4 and ICMPv6.
package struct ProtocolCondition: Hashable, Sendable {
    package var protocols: [IPProtocol]
    /// `.http` or `.dns`; empty: only layer 4 counts. Apus captures none of layer 7, files may tell of it.
    package var layer7: FlowAttributes

    package init(protocols: [IPProtocol], layer7: FlowAttributes = []) {
        self.protocols = protocols
        self.layer7 = layer7
    }

    static let names = ["tcp", "udp", "sctp", "icmp", "icmpv4", "icmpv6", "vrrp", "igmp", "dns", "http"]

    package static func == (left: ProtocolCondition, right: ProtocolCondition) -> Bool {
        left.protocols == right.protocols && left.layer7.rawValue == right.layer7.rawValue
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(protocols)
        hasher.combine(layer7.rawValue)
    }

    /// A name in any case; nil for others.
    package init?(_ text: String) {
        layer7 = []
        switch text.lowercased() {
        case "tcp": protocols = [.tcp]
        case "udp": protocols = [.udp]
        case "sctp": protocols = [.sctp]
        case "icmp": protocols = [.icmp, .icmpv6]
        case "icmpv4": protocols = [.icmp]
        case "icmpv6": protocols = [.icmpv6]
        case "vrrp": protocols = [.vrrp]
        case "igmp": protocols = [.igmp]
        case "dns": (protocols, layer7) = ([], .dns)
        case "http": (protocols, layer7) = ([], .http)
        default: return nil
        }
    }
}

/// Matches by the layer 4 header, as Hubble does: a later fragment, which has none, never matches.
extension FilterProgram {
    mutating func requireProtocol(_ conditions: [ProtocolCondition], _ set: SetWord) {
        if conditions.isEmpty { return }
        let accepted = conditions.flatMap(\.protocols)
        let layer7 = conditions.reduce(UInt8(0)) { $0 | $1.layer7.rawValue }
        protocols.restrict(set) { value in
            UInt8(value >> 9) << 6 & layer7 != 0 || Self.hasLayer4(value, of: accepted)
        }
    }

    mutating func requireLayer4(of accepted: [IPProtocol], _ set: SetWord) {
        protocols.restrict(set) { Self.hasLayer4($0, of: accepted) }
    }

    private static func hasLayer4(_ value: Int, of accepted: [IPProtocol]) -> Bool {
        value & 256 == 0 && accepted.contains(IPProtocol(rawValue: UInt8(value & 255)))
    }

    /// The protocol, whether there is no layer 4 header, and the two attributes of layer 7.
    @inline(never)
    func narrowByProtocol(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        protocols.narrow(&candidates, flows) { flow in
            Int(flow.ipProtocol.rawValue) | (flow.attributes.contains(.layer4) ? 0 : 256)
                | Int(flow.attributes.rawValue >> 6) << 9
        }
    }
}
