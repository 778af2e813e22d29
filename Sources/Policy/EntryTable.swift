import FlowModel

/// Protocol and port of a map key.
struct TrafficKey: Hashable {
    /// 0 unless `matchBits` ≥ 8.
    var ipProtocol: UInt8
    /// Bits beyond the prefix are zero.
    var port: UInt16
    /// 0, 8, or up to 24 with the port's leading bits.
    var matchBits: Int

    static let everything = TrafficKey(ipProtocol: 0, port: 0, matchBits: 0)

    init(ipProtocol: UInt8, port: UInt16, matchBits: Int) {
        (self.ipProtocol, self.port, self.matchBits) = (ipProtocol, port, matchBits)
    }

    init(_ ipProtocol: IPProtocol, _ prefix: PortPrefix) {
        self.init(ipProtocol: ipProtocol.rawValue, port: prefix.port, matchBits: 8 + prefix.bits)
    }

    /// All keys that cover this one, itself first, up to `everything`.
    var covering: [TrafficKey] {
        let ports = stride(from: matchBits, through: 8, by: -1).map { bits in
            TrafficKey(ipProtocol: ipProtocol, port: port & ~UInt16(0xffff >> (bits - 8)), matchBits: bits)
        }
        return ports + [.everything]
    }
}

/// The entries of one policy and direction while they are put together.
struct EntryTable {
    private struct Decision {
        var rule: UInt32
        var isDeny: Bool
    }

    private let direction: TrafficDirection
    private var decisions: [Identity: [TrafficKey: Decision]] = [:]

    init(_ direction: TrafficDirection) { self.direction = direction }

    func decides(_ identity: Identity, _ key: TrafficKey) -> Bool { decisions[identity]?[key] != nil }

    /// For the same key a deny wins, then the rule with the lower number.
    mutating func add(_ identity: Identity, _ key: TrafficKey, rule: UInt32, isDeny: Bool) {
        if let known = decisions[identity]?[key] {
            let wins = known.isDeny == isDeny ? rule < known.rule : isDeny
            guard wins else { return }
        }
        decisions[identity, default: [:]][key] = Decision(rule: rule, isDeny: isDeny)
    }

    /// By identity, protocol, port and length; without the allows that would hide a deny of the same identity.
    var entries: [PolicyMapEntry] {
        decisions.flatMap { identity, decisions in
            decisions.filter { key, decision in
                decision.isDeny || !key.covering.contains { decisions[$0]?.isDeny ?? false }
            }.map { entry(identity, $0.key, $0.value) }
        }.sorted { left, right in
            (left.identity, left.ipProtocol.rawValue, left.port, left.matchBits)
                < (right.identity, right.ipProtocol.rawValue, right.port, right.matchBits)
        }
    }

    private func entry(_ identity: Identity, _ key: TrafficKey, _ decision: Decision) -> PolicyMapEntry {
        PolicyMapEntry(
            identity: identity, direction: direction, ipProtocol: IPProtocol(rawValue: key.ipProtocol), port: key.port,
            matchBits: key.matchBits,
            rule: decision.rule, isDeny: decision.isDeny)
    }
}
