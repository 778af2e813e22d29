package import FlowModel

extension FilterSpec {
    /// A bit set of verdicts (bit number: raw value modulo 64) outside of which no flow matches; nil if any may.
    ///
    /// For a store that keeps such a set with each block: no common bit means that the block need not be read.
    package var verdictBits: UInt64? {
        bits { conditions in
            var verdicts = conditions.verdicts
            if !conditions.dropReasons.isEmpty {
                verdicts = verdicts.isEmpty ? [.dropped] : verdicts.filter { $0 == .dropped }
            } else if verdicts.isEmpty {
                return nil
            }
            return verdicts.reduce(0) { $0 | $1.skipBit }
        }
    }

    /// The same for kinds of flow.
    package var kindBits: UInt64? {
        bits { conditions in
            if !conditions.kernelReasons.isEmpty { return FlowKind.kernelDrop.skipBit }
            guard !conditions.types.isEmpty else { return nil }
            return conditions.types.flatMap(\.kinds).reduce(0) { $0 | $1.skipBit }
        }
    }

    private func bits(_ ofConditions: (FilterConditions) -> UInt64?) -> UInt64? {
        guard !allow.isEmpty else { return nil }
        var all: UInt64 = 0
        for conditions in allow {
            guard let bits = ofConditions(conditions) else { return nil }
            all |= bits
        }
        return all
    }
}

extension Verdict {
    /// This verdict's bit in `FilterSpec.verdictBits`.
    package var skipBit: UInt64 { 1 << UInt64(rawValue & 63) }
}

extension FlowKind {
    /// This kind's bit in `FilterSpec.kindBits`.
    package var skipBit: UInt64 { 1 << UInt64(rawValue & 63) }
}
