package import FlowModel

/// What the directory knows: any thread may read it without a lock.
///
/// It does not change but for the names of single addresses, which snapshots share as long as their table has room: each
/// is changed in place, by one store, and all snapshots that share it have the new one at once.
package final class DirectorySnapshot: Sendable {
    private let addresses: AddressTable
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
        addresses = AddressTable(entries)
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

    private init(_ previous: DirectorySnapshot, _ addresses: AddressTable, additions: UInt64) {
        self.addresses = addresses
        prefixLengths = previous.prefixLengths
        services = previous.services
        reservedEndpoints = previous.reservedEndpoints
        world = previous.world
        self.additions = additions
    }

    /// Gives addresses other names, here and in what is returned, which is to be published so that readers look for late
    /// names. Belongs to the control plane.
    ///
    /// - Parameter changes: a name, or nil for an address that belongs to nobody any more.
    func changing(_ changes: [IPAddress: SideName?]) -> DirectorySnapshot {
        let isNew = changes.contains { address, name in name.map { Self.isNew($0, after: host(address)) } ?? false }
        let addresses =
            addresses.hasRoom(for: changes.count) ? addresses : addresses.copy(addingCapacity: changes.count)
        for (address, name) in changes {
            if let name { addresses.insert(name, for: .host(address)) } else { addresses.remove(.host(address)) }
        }
        return DirectorySnapshot(self, addresses, additions: additions + (isNew ? 1 : 0))
    }

    private static func isNew(_ name: SideName, after known: SideName?) -> Bool {
        known.map { $0.unknown == .addressNotInDirectory && $0 != name } ?? true
    }

    private func known(_ prefix: IPPrefix) -> SideName? {
        addresses.find(prefix.address, bits: prefix.bits)
    }

    /// Who has exactly this address; nil if only a prefix or the world is around it.
    func host(_ address: IPAddress) -> SideName? { addresses.find(address, bits: 128) }

    /// Knows nothing: every address is unknown.
    package convenience init() {
        self.init(entries: [:], services: [:], reservedEndpoints: [])
    }

    /// Who has the address: a pod or node, else the longest prefix around it, else the world.
    ///
    /// One probe for a pod; one more for each different length of the prefixes that policies name.
    package func name(of address: IPAddress) -> SideName {
        if let name = addresses.find(address, bits: 128) { return name }
        for length in prefixLengths {
            if let name = addresses.find(length.prefix(of: address), bits: length.bits) { return name }
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
