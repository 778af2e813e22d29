internal import BPFRuntime
internal import DatapathABI
package import FlowModel
internal import SystemRuntime

/// An entry of the `endpoints` map.
struct EndpointInForce: Hashable {
    var id: UInt32
    var identity: Identity
    var slot: Int
    var isEthernet: Bool

    var kernelValue: apus_endpoint {
        apus_endpoint(
            id: id, identity: identity.rawValue, slot: UInt32(slot), has_ethernet: isEthernet ? 1 : 0,
            reserved: (0, 0, 0))
    }
}

extension CompiledPolicy {
    /// `struct apus_policy_in_force` as a word.
    fileprivate var word: UInt64 {
        let value = apus_policy_in_force(
            policy: number, ingress: ingress.rawValue, egress: egress.rawValue, reserved: 0)
        return unsafe unsafeBitCast(value, to: UInt64.self)
    }
}

extension Datapath {
    /// Names the endpoint behind an interface. From then on its packets are judged by what `apply` has put in force for the
    /// id, and are told.
    package mutating func setEndpoint(interfaceIndex: UInt32, id: UInt32, identity: Identity) throws(DatapathError) {
        let before = endpoints.entries[interfaceIndex]?.slot
        let known = endpoints.entries.values.first { $0.id == id }?.slot
        guard let slot = known ?? freeSlots.last else {
            throw .mapFull(map: "endpoints", capacity: endpoints.map.capacity, setting: "endpointEntries")
        }
        policyInForce.store(word(of: id), at: slot)
        try endpoints.insert([
            interfaceIndex: EndpointInForce(
                id: id, identity: identity, slot: slot, isEthernet: ethernet.contains(interfaceIndex))
        ])
        if known == nil { freeSlots.removeLast() }
        if let before { freeUnused(before) }
    }

    private borrowing func word(of endpoint: UInt32) -> UInt64 {
        policyNumbers[endpoint].flatMap { table.policy($0) }?.word ?? 0
    }

    /// A slot goes back once no interface's endpoint has it, and no packet reads it any more.
    mutating func freeUnused(_ slot: Int) {
        guard !endpoints.entries.values.contains(where: { $0.slot == slot }) else { return }
        KernelReaders.wait()
        freeSlots.append(slot)
    }

    /// Puts these policies and these identities of addresses, and no others, in force. Policies come first: they are about old
    /// identities and new ones while addresses change from the one to the other.
    ///
    /// - Throws: `mapFull`; then all is as it was.
    package mutating func apply(
        _ policies: [EndpointPolicy], _ prefixes: [PrefixIdentity]
    ) throws(DatapathError) {
        let before = policyNumbers.compactMap { endpoint, number in
            table.policy(number).map { EndpointPolicy(endpoint: endpoint, policy: $0) }
        }
        try apply(policies)
        do { try apply(prefixes) } catch {
            try? apply(before)
            throw error
        }
    }

    /// Puts these policies, and no others, in force: an endpoint that is not named is not enforced any more.
    ///
    /// New policies are written under their own numbers beside the old ones, then each endpoint changes over by one store,
    /// and once no packet is judged by an old one any more, that one goes. Connections are judged again by their next packet.
    ///
    /// - Throws: `mapFull` before anything has changed.
    package mutating func apply(_ policies: [EndpointPolicy]) throws(DatapathError) {
        var wanted: [UInt32: CompiledPolicy] = [:]
        for policy in policies { wanted[policy.policy.number] = policy.policy }
        let fresh = wanted.values.filter { table.policy($0.number) == nil }
        for policy in fresh {
            do { try table.insert(policy) } catch {
                for inserted in fresh { try? table.remove(inserted.number) }
                throw error
            }
        }
        policyNumbers = Dictionary(uniqueKeysWithValues: policies.map { ($0.endpoint, $0.policy.number) })
        for endpoint in endpoints.entries.values {
            policyInForce.store(word(of: endpoint.id), at: endpoint.slot)
        }
        let stale = table.numbers.filter { wanted[$0] == nil }
        guard !stale.isEmpty else { return }
        KernelReaders.wait()
        for number in stale { try table.remove(number) }
    }

    /// Gives these prefixes, and no others, an identity. New and changed ones come first.
    ///
    /// - Throws: `mapFull` before anything has changed.
    package mutating func apply(_ prefixes: [PrefixIdentity]) throws(DatapathError) {
        let wanted = Dictionary(prefixes.map { ($0.prefix, $0.identity) }) { _, last in last }
        let stale = addresses.entries.keys.filter { wanted[$0] == nil }
        try addresses.insert(wanted)
        try addresses.remove(stale)
    }

    /// Changes single addresses' identities; all others stay.
    package mutating func apply(
        changed: [PrefixIdentity], removed: [IPPrefix]
    ) throws(DatapathError) {
        try addresses.insert(Dictionary(changed.map { ($0.prefix, $0.identity) }) { _, last in last })
        try addresses.remove(removed)
    }
}
