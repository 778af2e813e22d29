package import FlowModel

/// What the directory knew at one moment. Never changes: any thread may read it without a lock.
package final class DirectorySnapshot: Sendable {
    private let addresses: AddressTable
    /// Lengths of the prefixes below 128 bits, longest first.
    private let prefixLengths: [PrefixLength]
    private let services: ServiceTable
    /// Endpoint index by reserved identity.
    private let reservedEndpoints: [UInt32]
    private let world: DirectoryEntry

    init(
        entries: [IPPrefix: DirectoryEntry], services: [ServiceAddress: UInt32], reservedEndpoints: [UInt32]
    ) {
        addresses = AddressTable(entries)
        prefixLengths = Set(entries.keys.map(\.bits)).subtracting([128]).sorted(by: >).map(PrefixLength.init)
        self.services = ServiceTable(services)
        self.reservedEndpoints = reservedEndpoints
        let worldNumber = Identity.world.rawValue
        let worldIndex = Int(worldNumber) < reservedEndpoints.count ? reservedEndpoints[Int(worldNumber)] : 0
        world = DirectoryEntry(endpointIndex: worldIndex, identity: worldNumber, unknown: .addressNotInDirectory)
    }

    /// Knows nothing: every address is unknown.
    package convenience init() {
        self.init(entries: [:], services: [:], reservedEndpoints: [])
    }

    /// Who has the address: a pod or node, else the longest prefix around it, else the world.
    ///
    /// One probe for a pod; one more for each different length of the prefixes that policies name.
    package func lookup(_ address: IPAddress) -> DirectoryEntry {
        if let entry = addresses.find(address, bits: 128) { return entry }
        for length in prefixLengths {
            if let entry = addresses.find(length.prefix(of: address), bits: length.bits) { return entry }
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
