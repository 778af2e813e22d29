package import FlowModel

/// What the directory knew at one moment. Never changes: any thread may read it without a lock.
package final class DirectorySnapshot: Sendable {
    private let addresses: RecentAddresses
    /// Lengths of the prefixes below 128 bits, longest first.
    private let prefixLengths: [PrefixLength]
    private let services: ServiceTable
    /// Endpoint index by reserved identity.
    private let reservedEndpoints: [UInt32]
    private let world: SideName
    /// Rises with each snapshot that knows an address which the one before did not: flows that came before it may have
    /// names now.
    package let additions: UInt64

    /// - Parameter previous: the snapshot that this one replaces.
    init(
        entries: [IPPrefix: SideName], services: [ServiceAddress: UInt32], reservedEndpoints: [UInt32],
        previous: DirectorySnapshot? = nil
    ) {
        addresses = RecentAddresses(entries)
        prefixLengths = Set(entries.keys.map(\.bits)).subtracting([128]).sorted(by: >).map(PrefixLength.init)
        self.services = ServiceTable(services)
        self.reservedEndpoints = reservedEndpoints
        let worldNumber = Identity.world.rawValue
        let worldIndex = Int(worldNumber) < reservedEndpoints.count ? reservedEndpoints[Int(worldNumber)] : 0
        world = SideName(endpoint: worldIndex, identity: worldNumber, unknown: .addressNotInDirectory)
        let isNew = entries.contains { prefix, name in
            Self.isNew(name, after: previous?.known(prefix))
        }
        additions = (previous?.additions ?? 0) + (isNew ? 1 : 0)
    }

    /// The same with other names for some addresses. Shares what did not change.
    private init(_ previous: DirectorySnapshot, _ changes: [IPAddress: SideName?]) {
        addresses = previous.addresses.changing(changes)
        prefixLengths = previous.prefixLengths
        services = previous.services
        reservedEndpoints = previous.reservedEndpoints
        world = previous.world
        let isNew = changes.contains { address, name in
            name.map { Self.isNew($0, after: previous.host(address)) } ?? false
        }
        additions = previous.additions + (isNew ? 1 : 0)
    }

    /// - Parameter changes: a name, or nil for an address that belongs to nobody any more.
    func changing(_ changes: [IPAddress: SideName?]) -> DirectorySnapshot { DirectorySnapshot(self, changes) }

    private static func isNew(_ name: SideName, after known: SideName?) -> Bool {
        known.map { $0.unknown == .addressNotInDirectory && $0 != name } ?? true
    }

    private func known(_ prefix: IPPrefix) -> SideName? {
        prefix.bits == 128 ? host(prefix.address) : addresses.prefix(prefix.address, bits: prefix.bits)
    }

    /// Who has exactly this address; nil if only a prefix or the world is around it.
    func host(_ address: IPAddress) -> SideName? { addresses.host(address) }

    /// Knows nothing: every address is unknown.
    package convenience init() {
        self.init(entries: [:], services: [:], reservedEndpoints: [])
    }

    /// Who has the address: a pod or node, else the longest prefix around it, else the world.
    ///
    /// One probe for a pod; one more for each different length of the prefixes that policies name.
    package func name(of address: IPAddress) -> SideName {
        if let name = addresses.host(address) { return name }
        for length in prefixLengths {
            if let name = addresses.prefix(length.prefix(of: address), bits: length.bits) { return name }
        }
        return world
    }

    /// Index into `FlowCatalog.services`; 0 if no service is reached there.
    package func service(address: IPAddress, port: UInt16, ipProtocol: IPProtocol) -> UInt32 {
        services.find(address, port: port, ipProtocol: ipProtocol)
    }

    /// Index into `FlowCatalog.endpoints` of a reserved identity (host, world…); 0 for any other.
    package func endpointIndex(forIdentity identity: UInt32) -> UInt32 {
        Int(identity) < reservedEndpoints.count ? reservedEndpoints[Int(identity)] : 0
    }
}

/// A prefix length with its mask made out beforehand.
private struct PrefixLength: Sendable {
    let bits: Int
    let mask: IPAddress

    init(bits: Int) {
        self.bits = bits
        mask = IPAddress(high: .max, low: .max).masked(prefixBits: bits)
    }

    func prefix(of address: IPAddress) -> IPAddress {
        IPAddress(high: address.high & mask.high, low: address.low & mask.low)
    }
}
