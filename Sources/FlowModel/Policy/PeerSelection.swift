/// The peers of a rule: everyone, or whom one of the selectors or prefixes matches; nobody if there are none.
package struct PeerSelection: Hashable, Codable, Sendable {
    package var isEveryone = false
    package var selectors: [LabelSelector] = []
    package var prefixes: [PrefixPeers] = []

    package init(isEveryone: Bool = false, selectors: [LabelSelector] = [], prefixes: [PrefixPeers] = []) {
        self.isEveryone = isEveryone
        self.selectors = selectors
        self.prefixes = prefixes
    }

    package static let everyone = PeerSelection(isEveryone: true)
    package static let nobody = PeerSelection()

    package mutating func add(_ other: PeerSelection) {
        isEveryone = isEveryone || other.isEveryone
        selectors += other.selectors
        prefixes += other.prefixes
    }

    /// By the peer's identity, as the kernel knows it. CIDR rules mean only what lies outside the cluster.
    package func matches(_ labels: LabelSet, prefix: IPPrefix?) -> Bool {
        if isEveryone || selectors.contains(where: { $0.matches(labels) }) { return true }
        guard let prefix, labels.isWorld else { return false }
        return prefixes.contains { $0.contains(prefix) }
    }
}

/// An address prefix without some parts of it.
package struct PrefixPeers: Hashable, Codable, Sendable {
    package let prefix: IPPrefix
    package let exceptions: [IPPrefix]

    /// IPv4 in its mapped form lies within `::/0`, which means IPv6 only: a part that is left out, like any other.
    private static let ipv4 = IPPrefix(IPAddress(v4: 0), bits: 96)

    package init(_ prefix: IPPrefix, except exceptions: [IPPrefix] = []) {
        self.prefix = prefix
        let spansIPv4 = prefix.bits < 96 && prefix.contains(Self.ipv4)
        self.exceptions = exceptions + (spansIPv4 ? [Self.ipv4] : [])
    }

    /// Every prefix that needs an identity of its own, so that inside and outside can be told apart.
    package var boundaries: [IPPrefix] { [prefix] + exceptions }

    package func contains(_ other: IPPrefix) -> Bool {
        prefix.contains(other) && !exceptions.contains { $0.contains(other) }
    }
}
