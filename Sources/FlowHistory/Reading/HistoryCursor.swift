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

    /// nil: as long as it takes.
    private let budget: ReadingBudget?
    /// The budget was spent before all was read: flows up to this time were left unread; nanoseconds since 1970-01-01 UTC.
    package private(set) var unreadUntil: UInt64?

    /// Blocks, and flows in them, that the query asked for and that could not be read; and the first one's error.
    package private(set) var damagedBlocks = 0
    package private(set) var damagedFlows = 0
    package private(set) var firstDamage: HistoryError?
    /// What else of the store was met that cannot be believed, and files that cannot be read, or no further.
    package var damage = StoreDamage()

    init(
        order: Order, sequences: ClosedRange<UInt64>?, times: ClosedRange<UInt64>?, filter: ColumnFilter,
        budget: ReadingBudget? = nil
    ) {
        self.order = order
        self.times = times ?? 0...(.max)
        self.filter = filter
        self.budget = budget
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

    /// Whether the budget is spent before a block is read; then for good.
    mutating func stops(before block: BlockKey) -> Bool {
        if unreadUntil != nil { return true }
        guard let budget, budget.isSpent else { return false }
        unreadUntil = block.maximumTime
        return true
    }

    mutating func noteDamage(_ block: BlockKey, _ reason: String) {
        noteDamage(of: UInt64(max(0, block.flowCount)), from: block.firstSequence, reason)
    }

    /// Flows that are missing from the zone map: a block at least.
    mutating func note(_ gap: ZoneWalk.Gap, _ reason: String) {
        noteDamage(of: gap.flows, from: gap.sequences.lowerBound, reason)
        pass(gap.sequences)
    }

    /// A partition that cannot be opened, and how many flows are in it as far as that is known. Each is told once.
    mutating func noteUnreadable(_ path: String, _ firstSequence: UInt64, flows: UInt64, _ reason: String) {
        guard damage.files[path] == nil else { return }
        damage.note(file: path, reason)
        noteDamage(of: flows, from: firstSequence, reason)
    }

    /// A partition of which it is not known what is missing.
    mutating func noteUncounted(_ firstSequence: UInt64, flows: UInt64, _ reason: String) {
        noteDamage(of: flows, from: firstSequence, reason)
    }

    private mutating func noteDamage(of flows: UInt64, from firstSequence: UInt64, _ reason: String) {
        damagedBlocks += 1
        damagedFlows += Int(clamping: flows)
        if firstDamage == nil { firstDamage = .damagedBlock(firstSequence: firstSequence, reason: reason) }
    }
}
