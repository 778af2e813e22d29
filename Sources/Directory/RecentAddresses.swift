internal import FlowModel

/// A big table of addresses that many snapshots share, and a small one of what has changed since it was made.
///
/// A change copies the small table only (64 KiB). When that is full, it is merged into a copy of the big one: some
/// milliseconds at 100,000 addresses, on the control plane's thread, every `mostRecent` addresses.
struct RecentAddresses: Sendable {
    /// So few that the table stays in a processor's second-level cache.
    static let mostRecent = 1_024
    /// Stands in the small table for an address that the big one has and that belongs to nobody any more.
    private static let gone = SideName(word: .max)

    private var base: AddressTable
    private var recent: AddressTable

    init(_ entries: [IPPrefix: SideName]) {
        base = AddressTable(entries)
        recent = AddressTable()
    }

    @inline(__always)
    func host(_ address: IPAddress) -> SideName? {
        if recent.count > 0, let name = recent.find(address, bits: 128) { return name == Self.gone ? nil : name }
        return base.find(address, bits: 128)
    }

    /// Prefixes below 128 bits stand in the big table only.
    @inline(__always)
    func prefix(_ address: IPAddress, bits: Int) -> SideName? { base.find(address, bits: bits) }

    /// - Parameter changes: a name, or nil for an address that belongs to nobody any more.
    func changing(_ changes: [IPAddress: SideName?]) -> RecentAddresses {
        var result = self
        for (address, name) in changes { result.recent.insert(name ?? Self.gone, for: .host(address)) }
        if result.recent.count > Self.mostRecent { result.merge() }
        return result
    }

    private mutating func merge() {
        var merged = base
        recent.forEach { prefix, name in
            if name == Self.gone { merged.remove(prefix) } else { merged.insert(name, for: prefix) }
        }
        base = merged
        recent = AddressTable()
    }
}
