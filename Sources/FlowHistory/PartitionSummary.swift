import SQLiteRuntime

/// What a query and retention need to know of a partition without opening it: the row of `partitions` in the catalog.
struct PartitionSummary: Sendable, Equatable {
    var firstSequence: UInt64
    var lastSequence: UInt64
    var minimumTime = UInt64.max
    var maximumTime: UInt64 = 0
    var flows: UInt64 = 0
    var blocks: UInt64 = 0
    /// Of the first flow that was stored.
    var openedTime: UInt64?
    /// Of its known gaps.
    var lossTimes: ClosedRange<UInt64>?
    var sets = BlockSets()

    /// Of a partition that has no flows yet.
    init(firstSequence: UInt64) {
        self.firstSequence = firstSequence
        lastSequence = firstSequence == 0 ? 0 : firstSequence - 1
    }

    var isEmpty: Bool { flows == 0 && lossTimes == nil }

    /// Of its flows; of its gaps, where it has none.
    var latestTime: UInt64 { flows > 0 ? maximumTime : lossTimes?.upperBound ?? 0 }

    /// Takes in what flows tell that are stored; they are counted apart, as those of the tail are stored twice.
    mutating func note(_ zone: Zone, _ sets: BlockSets) {
        if openedTime == nil { openedTime = zone.minimumTime }
        lastSequence = max(lastSequence, zone.lastSequence)
        minimumTime = min(minimumTime, zone.minimumTime)
        maximumTime = max(maximumTime, zone.maximumTime)
        self.sets.formUnion(sets)
    }

    mutating func add(lossTimes times: ClosedRange<UInt64>) {
        let known = lossTimes ?? times
        lossTimes = min(known.lowerBound, times.lowerBound)...max(known.upperBound, times.upperBound)
    }

    /// What retention needs: without the sets, which may be large.
    var withoutSets: PartitionSummary {
        var summary = self
        (summary.sets, summary.setBytes) = (BlockSets(), [])
        return summary
    }

    /// Whether flows of the query may be in it.
    func mayMatch(_ cursor: HistoryCursor) -> Bool {
        flows > 0 && maximumTime >= cursor.times.lowerBound && minimumTime <= cursor.times.upperBound
            && cursor.filter.mayMatch(setBytes)
    }

    /// As `BlockSets.bytes` gives them; kept where they were read.
    var setBytes: [UInt8] = []
}

// MARK: Rows

extension PartitionSummary {
    /// Computed from the partition's own rows.
    init(_ connection: borrowing Connection, firstSequence: UInt64) throws(SQLiteError) {
        self.init(firstSequence: firstSequence)
        var bytes: [UInt8] = []
        for table in ["blocks", "tail"] {
            var rows = try connection.prepare("SELECT \(BlockKey.columns), 0, sets FROM \(table) ORDER BY 1")
            while try rows.step() {
                rows.copyBytes(BlockKey.setsColumn, into: &bytes)
                let key = BlockKey(rows)
                note(Zone(key), BlockSets(bytes))
                flows += UInt64(max(0, key.flowCount))
                if table == "blocks" { blocks += 1 }
            }
        }
        var losses = try connection.prepare("SELECT min(first_time_ns), max(last_time_ns) FROM losses")
        if try losses.step(), !losses.isNull(0) { lossTimes = Self.times(losses, 0) }
    }

    private static func times(_ row: borrowing Statement, _ column: Int) -> ClosedRange<UInt64> {
        let first = UInt64(max(0, row.integer(column)))
        return first...max(first, UInt64(max(0, row.integer(column + 1))))
    }

    /// What the catalog has of partitions from a sequence on, by their first sequences.
    static func load(_ connection: borrowing Connection) throws(SQLiteError) -> [UInt64: PartitionSummary] {
        var summaries: [UInt64: PartitionSummary] = [:]
        var row = try connection.prepare(
            """
            SELECT first_sequence, last_sequence, min_time_ns, max_time_ns, flow_count, block_count, sets,
                loss_min_time_ns, loss_max_time_ns FROM partitions
            """)
        while try row.step() {
            func number(_ column: Int) -> UInt64 { UInt64(max(0, row.integer(column))) }
            var summary = PartitionSummary(firstSequence: number(0))
            (summary.lastSequence, summary.minimumTime, summary.maximumTime) = (number(1), number(2), number(3))
            (summary.flows, summary.blocks) = (number(4), number(5))
            row.copyBytes(6, into: &summary.setBytes)
            if !row.isNull(7) { summary.lossTimes = times(row, 7) }
            summaries[summary.firstSequence] = summary
        }
        return summaries
    }

    func store(_ connection: borrowing Connection) throws(SQLiteError) {
        var row = try connection.prepare(
            """
            INSERT OR REPLACE INTO partitions (first_sequence, last_sequence, min_time_ns, max_time_ns, flow_count,
                block_count, sets, loss_min_time_ns, loss_max_time_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        row.bind(Int64(storable: firstSequence), at: 1)
        row.bind(Int64(storable: lastSequence), at: 2)
        row.bind(Int64(storable: minimumTime), at: 3)
        row.bind(Int64(storable: maximumTime), at: 4)
        row.bind(Int64(storable: flows), at: 5)
        row.bind(Int64(storable: blocks), at: 6)
        let bytes = sets.bytes
        row.bind(bytes.span, at: 7)
        if let lossTimes {
            row.bind(Int64(storable: lossTimes.lowerBound), at: 8)
            row.bind(Int64(storable: lossTimes.upperBound), at: 9)
        }
        try row.run()
    }

    /// Forgets partitions whose files are gone.
    static func forget(_ firstSequences: [UInt64], _ connection: borrowing Connection) throws(SQLiteError) {
        var row = try connection.prepare("DELETE FROM partitions WHERE first_sequence = ?")
        for first in firstSequences {
            row.bind(Int64(storable: first), at: 1)
            try row.run()
        }
    }

    /// Forgets a partition that is gone, and those before it.
    static func forget(through firstSequence: UInt64, _ connection: borrowing Connection) throws(SQLiteError) {
        try connection.execute("DELETE FROM partitions WHERE first_sequence <= \(Int64(storable: firstSequence))")
    }
}

extension Zone {
    init(_ key: BlockKey) {
        (firstSequence, lastSequence) = (key.firstSequence, key.lastSequence)
        (minimumTime, maximumTime) = (key.minimumTime, key.maximumTime)
        flowCount = key.flowCount
    }
}
