/// What one metric counts of a batch of tallies: own labels, and whose they are.
///
/// Keys are made for the whole batch first, then looked up, then counted, so that the processor can do several at once, and
/// no array is asked for its owner for each.
struct KeyBatch: Sendable {
    /// Instead of labels: the flows do not count.
    static let none = UInt64.max

    private(set) var count = 0
    private(set) var owns: [UInt64]
    /// Positions in the batch; ascending but for flows that count several times.
    private(set) var tallies: [UInt32]

    /// - Parameter capacity: tallies of a batch. Each counts thrice at most (`tcp`).
    init(capacity: Int) {
        owns = [UInt64](repeating: 0, count: 3 * capacity)
        tallies = [UInt32](repeating: 0, count: 3 * capacity)
    }

    mutating func removeAll() { count = 0 }

    /// Appends what counts.
    ///
    /// - Parameter own: the labels.
    @inline(__always)
    mutating func collect(_ batch: Span<Tally>, _ own: (borrowing Tally) -> UInt64) {
        count = Self.collect(batch, from: count, &owns, &tallies, own)
    }

    @inline(__always)
    private static func collect(
        _ batch: Span<Tally>, from start: Int, _ owns: inout [UInt64], _ tallies: inout [UInt32],
        _ own: (borrowing Tally) -> UInt64
    ) -> Int {
        var owns = owns.mutableSpan
        var tallies = tallies.mutableSpan
        var end = start
        for index in batch.indices {
            let value = own(batch[index])
            owns[end] = value
            tallies[end] = UInt32(truncatingIfNeeded: index)
            end &+= value == Self.none ? 0 : 1
        }
        return end
    }
}
