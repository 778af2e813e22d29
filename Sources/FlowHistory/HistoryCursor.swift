/// Where a query stands. Made by `HistoryReader.cursor`; the sequences that are left are all that it remembers, so it
/// may be kept for any time, across commits and retention, without a gap or a repeat.
package struct HistoryCursor: Sendable {
    package enum Order: Sendable {
        /// Oldest first. At the end, `next` may be called again later for what came in since.
        case ascending
        /// Newest first; flows within a batch, too.
        case descending
    }

    package let order: Order
    let times: ClosedRange<UInt64>
    let verdicts: ValueSet?
    let kinds: ValueSet?
    /// What is left, both ends included; nothing when `low` > `high`.
    var low: UInt64
    var high: UInt64

    /// Blocks, and flows in them, that the query asked for and that could not be read; and the first one's error.
    package private(set) var damagedBlocks = 0
    package private(set) var damagedFlows = 0
    package private(set) var firstDamage: HistoryError?

    init(
        order: Order, sequences: ClosedRange<UInt64>?, times: ClosedRange<UInt64>?, verdicts: ValueSet?,
        kinds: ValueSet?
    ) {
        self.order = order
        self.times = times ?? 0...(.max)
        self.verdicts = verdicts
        self.kinds = kinds
        low = sequences?.lowerBound ?? 0
        high = min(sequences?.upperBound ?? .max, UInt64(Int64.max))
    }

    var isAtEnd: Bool { low > high }

    /// Leaves a block behind.
    mutating func pass(_ block: BlockKey) {
        switch order {
        case .ascending: low = max(low, block.lastSequence + 1)
        case .descending where block.firstSequence == 0: (low, high) = (1, 0)
        case .descending: high = min(high, block.firstSequence - 1)
        }
    }

    mutating func noteDamage(_ block: BlockKey, _ reason: String) {
        damagedBlocks += 1
        damagedFlows += block.flowCount
        if firstDamage == nil { firstDamage = .damagedBlock(firstSequence: block.firstSequence, reason: reason) }
    }
}

/// What a reader needs of a zone map's row to fetch and check the block.
struct BlockKey {
    var firstSequence: UInt64
    var lastSequence: UInt64
    var flowCount: Int
}
