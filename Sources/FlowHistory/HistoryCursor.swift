import SQLiteRuntime

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
    let filter: ColumnFilter
    /// What must be read of a block to judge it by the filter.
    let groups: [BlockGroup]
    /// Blocks of drops answer it.
    let wantsDropsOnly: Bool
    /// What is left, both ends included; nothing when `low` > `high`.
    var low: UInt64
    var high: UInt64

    /// Blocks, and flows in them, that the query asked for and that could not be read; and the first one's error.
    package private(set) var damagedBlocks = 0
    package private(set) var damagedFlows = 0
    package private(set) var firstDamage: HistoryError?

    init(order: Order, sequences: ClosedRange<UInt64>?, times: ClosedRange<UInt64>?, filter: ColumnFilter) {
        self.order = order
        self.times = times ?? 0...(.max)
        self.filter = filter
        groups = filter.groups
        wantsDropsOnly = filter.wantsDropsOnly
        low = sequences?.lowerBound ?? 0
        high = min(sequences?.upperBound ?? .max, UInt64(Int64.max))
    }

    var isAtEnd: Bool { low > high }

    /// Leaves the sequences of a block or a partition behind.
    mutating func pass(_ sequences: ClosedRange<UInt64>) {
        switch order {
        case .ascending: low = max(low, sequences.upperBound + 1)
        case .descending where sequences.lowerBound == 0: (low, high) = (1, 0)
        case .descending: high = min(high, sequences.lowerBound - 1)
        }
    }

    mutating func pass(_ block: BlockKey) {
        pass(block.firstSequence...max(block.firstSequence, block.lastSequence))
    }

    mutating func noteDamage(_ block: BlockKey, _ reason: String) {
        damagedBlocks += 1
        damagedFlows += block.flowCount
        if firstDamage == nil { firstDamage = .damagedBlock(firstSequence: block.firstSequence, reason: reason) }
    }

    func bind(to statement: inout Statement) {
        statement.bind(Int64(storable: low), at: 1)
        statement.bind(Int64(storable: high), at: 2)
        statement.bind(Int64(storable: times.lowerBound), at: 3)
        statement.bind(Int64(storable: times.upperBound), at: 4)
    }
}
