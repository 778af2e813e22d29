import FlowModel

package enum IPVersion: Hashable, Sendable {
    case v4, v6
    /// No IP header.
    case none

    /// `4`, `v4`, `IPv4` in any case.
    package init?(_ text: String) {
        switch text.lowercased() {
        case "4", "v4", "ipv4": self = .v4
        case "6", "v6", "ipv6": self = .v6
        default: return nil
        }
    }
}

extension IPVersion {
    fileprivate init(_ attributes: FlowAttributes) {
        self = !attributes.contains(.ip) ? .none : attributes.contains(.ipv6) ? .v6 : .v4
    }
}

extension FilterProgram {
    mutating func requireIPVersion(_ accepted: [IPVersion], _ set: SetWord) {
        if accepted.isEmpty { return }
        requireAttributes(set) { accepted.contains(IPVersion($0)) }
    }

    mutating func requireAttributes(_ set: SetWord, _ areAccepted: (FlowAttributes) -> Bool) {
        attributes.restrict(set) { areAccepted(FlowAttributes(rawValue: UInt8($0))) }
    }

    @inline(never)
    func narrowByAttributes(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        attributes.narrow(&candidates, flows) { Int($0.attributes.rawValue) }
    }
}
