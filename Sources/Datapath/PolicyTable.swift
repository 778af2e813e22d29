internal import BPFRuntime
internal import DatapathABI
internal import FlowModel
internal import Glibc

/// The kernel's `policy` map: the policies that endpoints are held to, each under its number.
struct PolicyTable: ~Copyable, Sendable {
    private struct Loaded {
        let policy: CompiledPolicy
        /// Rules that have a count of their own.
        let counted: Set<UInt32>
    }

    private var loaded: [UInt32: Loaded] = [:]
    private(set) var entryCount = 0
    let map: BPFMap
    let hits: RuleHitTable

    init(_ map: consuming BPFMap, hits: RuleHitTable) {
        self.map = map
        self.hits = hits
    }

    var numbers: [UInt32] { Array(loaded.keys) }

    func policy(_ number: UInt32) -> CompiledPolicy? { loaded[number]?.policy }

    /// Writes a policy that no endpoint is held to yet.
    ///
    /// - Throws: after it has taken back what it had written.
    mutating func insert(_ policy: CompiledPolicy) throws(DatapathError) {
        guard loaded[policy.number] == nil else { return }
        let slots = try hits.claim(policy.rules)
        let rows = policy.rows { slots[$0] ?? UInt16(APUS_HITS_OF_OTHERS) }
        let (written, error) = map.update(keys: rows.map(\.key), values: rows.map(\.value))
        if let error {
            try? map.remove(keys: rows.prefix(written).map(\.key))
            hits.release(slots.keys)
            throw [ENOSPC, E2BIG].contains(error.code)
                ? .mapFull(map: map.name, capacity: map.capacity, setting: "policyEntries") : .bpf(error)
        }
        loaded[policy.number] = Loaded(policy: policy, counted: Set(slots.keys))
        entryCount += rows.count
    }

    /// Deletes a policy that no packet is judged by any more.
    mutating func remove(_ number: UInt32) throws(DatapathError) {
        guard let known = loaded[number] else { return }
        let keys = known.policy.rows { _ in 0 }.map(\.key)
        do { try map.remove(keys: keys) } catch { throw .bpf(error) }
        entryCount -= keys.count
        loaded[number] = nil
        hits.release(known.counted)
    }
}

extension CompiledPolicy {
    typealias Row = (key: apus_policy_key, value: apus_policy_value)

    /// What stands in the kernel's map.
    fileprivate func rows(hitsOf slot: (UInt32) -> UInt16) -> [Row] {
        var rows = entries.map { entry in
            precondition(entry.matchBits == 0 || (8...24).contains(entry.matchBits), "match bits are 0 or 8 to 24")
            return Row(
                entry.kernelKey(policy: number),
                apus_policy_value(
                    rule: entry.rule, deny: entry.isDeny ? 1 : 0, match_bits: UInt8(entry.matchBits),
                    hits: slot(entry.rule)))
        }
        for (direction, rule) in [(APUS_INGRESS, ingressDefault), (APUS_EGRESS, egressDefault)] where rule != 0 {
            rows.append(
                Row(
                    apus_policy_key(
                        prefix_bits: UInt32(APUS_POLICY_EXACT_BITS), policy: number,
                        identity: UInt32(APUS_IDENTITY_OF_DEFAULT_DENY), direction: UInt8(direction.rawValue),
                        protocol: 0, port_be: 0),
                    apus_policy_value(rule: rule, deny: 1, match_bits: 0, hits: slot(rule))))
        }
        return rows
    }
}

extension PolicyMapEntry {
    fileprivate func kernelKey(policy: UInt32) -> apus_policy_key {
        apus_policy_key(
            prefix_bits: UInt32(APUS_POLICY_EXACT_BITS) + UInt32(matchBits), policy: policy,
            identity: identity.rawValue,
            direction: UInt8(direction == .egress ? APUS_EGRESS.rawValue : APUS_INGRESS.rawValue),
            protocol: matchBits >= Int(APUS_POLICY_PROTOCOL_BITS) ? ipProtocol.rawValue : 0, port_be: port.bigEndian)
    }
}

extension IPPrefix {
    var kernelKey: apus_ipcache_key {
        let words = [address.high >> 32, address.high, address.low >> 32, address.low]
            .map { UInt32(truncatingIfNeeded: $0).bigEndian }
        return apus_ipcache_key(prefix_bits: UInt32(bits), address_be: (words[0], words[1], words[2], words[3]))
    }
}
