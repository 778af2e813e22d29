import FlowModel

package enum IPVersion: Hashable, Sendable {
    case v4, v6

    /// `4`, `v4`, `IPv4` in any case.
    package init?(_ text: String) {
        switch text.lowercased() {
        case "4", "v4", "ipv4": self = .v4
        case "6", "v6", "ipv6": self = .v6
        default: return nil
        }
    }
}

/// Flows without an IP header never match.
struct IPVersionPredicate {
    private let versions: [IPVersion]

    init?(_ versions: [IPVersion]) {
        if versions.isEmpty { return nil }
        self.versions = versions
    }

    func matches(_ flow: borrowing Flow) -> Bool {
        guard flow.attributes.contains(.ip) else { return false }
        return versions.contains(flow.attributes.contains(.ipv6) ? .v6 : .v4)
    }
}
