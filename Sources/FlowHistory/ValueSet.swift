/// A set of one-byte raw values (of `Verdict`, of `FlowKind`) that a query asks for.
package struct ValueSet: Sendable, Equatable {
    private var words: SIMD4<UInt64> = .zero

    /// - Parameter rawValues: the members; any order, repetitions allowed.
    package init(_ rawValues: some Sequence<UInt8>) {
        for value in rawValues { words[Int(value >> 6)] |= 1 << UInt64(value & 63) }
    }

    func contains(_ value: UInt8) -> Bool { words[Int(value >> 6)] >> UInt64(value & 63) & 1 == 1 }

    /// A bit (raw value modulo 64) for each member: what the zone map holds. Distinct values may share a bit, so it
    /// tells for certain only that a block holds none of them.
    var folded: UInt64 { words.x | words.y | words.z | words.w }
}
