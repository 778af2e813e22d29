internal import DatapathABI
package import FlowModel

/// How the policy of an endpoint is applied, and how often it has changed.
struct Enforcement: Hashable {
    var ingress = EnforcementMode.none
    var egress = EnforcementMode.none
    /// Connections that were judged under another revision are judged again.
    var revision: UInt32 = 1
}

/// An entry of the `endpoints` map.
struct EndpointInForce: Hashable {
    var id: UInt32
    var identity: Identity
    var enforcement: Enforcement
    var isEthernet: Bool

    var kernelValue: apus_endpoint {
        apus_endpoint(
            id: id, identity: identity.rawValue, ingress: enforcement.ingress.rawValue,
            egress: enforcement.egress.rawValue,
            has_ethernet: isEthernet ? 1 : 0, reserved: 0, policy_revision: enforcement.revision)
    }
}

extension Datapath {
    /// Names the endpoint behind an interface. From then on its packets are judged by what `apply` has put in force for the
    /// id, and are told.
    package mutating func setEndpoint(interfaceIndex: UInt32, id: UInt32, identity: Identity) throws(DatapathError) {
        let endpoint = EndpointInForce(
            id: id, identity: identity, enforcement: enforcement[id] ?? Enforcement(),
            isEthernet: ethernet.contains(interfaceIndex))
        try endpoints.insert([interfaceIndex: endpoint])
    }

    /// Puts these policies, and no others, in force: an endpoint that is not named is not enforced any more.
    ///
    /// New and changed entries come first, then the modes, then old entries go, then connections are judged again: at no
    /// moment is less enforced than both the old and the new policy allow. While it lasts, the map holds old and new.
    ///
    /// - Throws: `mapFull` before anything has changed.
    package mutating func apply(_ policies: [EndpointPolicy]) throws(DatapathError) {
        var wanted: [PolicyMapKey: PolicyMapValue] = [:]
        for entry in policies.lazy.flatMap(\.entries) {
            precondition(entry.matchBits == 0 || (8...24).contains(entry.matchBits), "match bits are 0 or 8 to 24")
            wanted[PolicyMapKey(entry)] = PolicyMapValue(entry)
        }
        let stale = policy.entries.keys.filter { wanted[$0] == nil }
        let renewed = wanted.filter { policy.entries[$0.key] != $0.value }
        var changed = Set(stale.map(\.endpoint)).union(renewed.keys.map(\.endpoint))

        try policy.insert(renewed)
        changed.formUnion(try setModes(policies))
        try policy.remove(stale)
        for id in changed { enforcement[id, default: Enforcement()].revision &+= 1 }
        try publishEnforcement()
    }

    /// - Returns: endpoints whose modes changed.
    private mutating func setModes(_ policies: [EndpointPolicy]) throws(DatapathError) -> Set<UInt32> {
        let before = enforcement
        var named: Set<UInt32> = []
        for policy in policies {
            named.insert(policy.endpoint)
            enforcement[policy.endpoint, default: Enforcement()].ingress = policy.ingress
            enforcement[policy.endpoint, default: Enforcement()].egress = policy.egress
        }
        for id in enforcement.keys where !named.contains(id) {
            enforcement[id]?.ingress = .none
            enforcement[id]?.egress = .none
        }
        try publishEnforcement()
        return Set(enforcement.keys.filter { enforcement[$0] != before[$0] })
    }

    private mutating func publishEnforcement() throws(DatapathError) {
        var renewed = endpoints.entries
        for (interface, endpoint) in renewed {
            renewed[interface]?.enforcement = enforcement[endpoint.id] ?? Enforcement()
        }
        try endpoints.insert(renewed)
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
