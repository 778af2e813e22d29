internal import DatapathABI
internal import FlowModel

/// What identifies an entry of the `policy` map, in Swift's terms; entries that differ in it can be in force together.
struct PolicyMapKey: Hashable {
    let endpoint: UInt32
    let identity: Identity
    let isEgress: Bool
    let ipProtocol: IPProtocol
    let port: UInt16
    let matchBits: Int

    /// Clears what does not count, so that equal prefixes are equal keys.
    init(_ entry: PolicyMapEntry) {
        let portBits = max(0, entry.matchBits - Int(APUS_POLICY_PROTOCOL_BITS))
        endpoint = entry.endpoint
        identity = entry.identity
        isEgress = entry.direction == .egress
        ipProtocol = entry.matchBits >= Int(APUS_POLICY_PROTOCOL_BITS) ? entry.ipProtocol : IPProtocol(rawValue: 0)
        port = portBits == 0 ? 0 : entry.port & (UInt16.max << UInt16(16 - portBits))
        matchBits = entry.matchBits
    }

    var kernelKey: apus_policy_key {
        apus_policy_key(
            prefix_bits: UInt32(APUS_POLICY_EXACT_BITS) + UInt32(matchBits), endpoint: endpoint,
            identity: identity.rawValue,
            direction: UInt8(isEgress ? APUS_EGRESS.rawValue : APUS_INGRESS.rawValue), protocol: ipProtocol.rawValue,
            port_be: port.bigEndian)
    }
}

/// What an entry of the `policy` map says.
struct PolicyMapValue: Hashable {
    let rule: UInt32
    let isDeny: Bool

    init(_ entry: PolicyMapEntry) {
        rule = entry.rule
        isDeny = entry.isDeny
    }

    func kernelValue(matchBits: Int) -> apus_policy_value {
        apus_policy_value(rule: rule, deny: isDeny ? 1 : 0, match_bits: UInt8(matchBits), reserved: 0)
    }
}

extension IPPrefix {
    var kernelKey: apus_ipcache_key {
        let words = [address.high >> 32, address.high, address.low >> 32, address.low]
            .map { UInt32(truncatingIfNeeded: $0).bigEndian }
        return apus_ipcache_key(prefix_bits: UInt32(bits), address_be: (words[0], words[1], words[2], words[3]))
    }
}
