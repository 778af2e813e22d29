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
    /// Nothing is known of it.
    private(set) var isUnreadable = false

    /// Of a partition that has no flows yet.
    init(firstSequence: UInt64) {
        self.firstSequence = firstSequence
        lastSequence = firstSequence == 0 ? 0 : firstSequence - 1
    }

    /// Of a partition that cannot be read: of any time, so that it goes with the next one.
    static func unreadable(firstSequence: UInt64) -> PartitionSummary {
        var summary = PartitionSummary(firstSequence: firstSequence)
        summary.isUnreadable = true
        summary.lossTimes = 0...UInt64(Int64.max)
        return summary
    }

    var isEmpty: Bool { flows == 0 && lossTimes == nil }

    /// Of its flows; of its gaps, where it has none.
    /// Of its flows; nil: it has none.
    var heldTimes: ClosedRange<UInt64>? { flows > 0 ? minimumTime...max(minimumTime, maximumTime) : nil }
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

    /// Its sets, wherever they were kept.
    var knownSets: BlockSets { setBytes.isEmpty ? sets : BlockSets(setBytes) }

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
    /// Computed from the partition's own rows. Where one is damaged or missing, queries may pass over nothing.
    init(
        _ connection: borrowing Connection, _ path: String, firstSequence: UInt64, _ extent: PartitionExtent,
        _ damage: inout StoreDamage
    ) throws(SQLiteError) {
        self.init(firstSequence: firstSequence)
        var walk = ZoneWalk(.ascending, 0...UInt64(Int64.max), end: extent.all)
        var isWhole = true
        for table in ["blocks", "tail"] {
            try note(table, connection, &walk, &isWhole)
        }
        if walk.gapAtEnd(extent.all) != nil { isWhole = false }
        if !isWhole { sets = .anything }
        flows = extent.all.flows
        lastSequence = max(lastSequence, extent.all.lastSequence)
        minimumTime = min(minimumTime, extent.minimumTime)
        maximumTime = max(maximumTime, extent.maximumTime)
        for loss in try LossRows.read(connection, path, extent.losses, &damage) { add(lossTimes: loss.times) }
        if damage.rows.contains(where: { $0.path == path }) { lossTimes = 0...UInt64(Int64.max) }
    }

    private mutating func note(
        _ table: String, _ connection: borrowing Connection, _ walk: inout ZoneWalk, _ isWhole: inout Bool
    ) throws(SQLiteError) {
        var bytes: [UInt8] = []
        var rows = try connection.prepare("SELECT \(BlockKey.columns(table)) FROM \(table) ORDER BY first_sequence")
        while try rows.step() {
            let key = BlockKey(rows)
            let (place, gap) = key.isWhole ? walk.take(key) : (nil, nil)
            guard place != nil, gap == nil else {
                isWhole = false
                continue
            }
            rows.copyBytes(BlockKey.setsColumn, into: &bytes)
            note(Zone(key), BlockSets(bytes))
            if table == "blocks" { blocks += 1 }
        }
    }

    private static func times(_ row: borrowing Statement, _ column: Int) -> ClosedRange<UInt64> {
        let first = UInt64(max(0, row.integer(column)))
        return first...max(first, UInt64(max(0, row.integer(column + 1))))
    }

    private static let table = CheckedTable(
        "partitions", "first_sequence", "last_sequence", "min_time_ns", "max_time_ns", "flow_count", "block_count",
        "loss_min_time_ns", "loss_max_time_ns", "sets")

    /// What the catalog has of partitions, by their first sequences. One whose row is damaged is opened and asked.
    static func load(
        _ connection: borrowing Connection, _ path: String, _ damage: inout StoreDamage
    ) throws(SQLiteError) -> [UInt64: PartitionSummary] {
        var summaries: [UInt64: PartitionSummary] = [:]
        var row = try connection.prepare(
            "SELECT \(table.columns.joined(separator: ", ")), \(table.isWhole) FROM \(table.name)")
        while try row.step() {
            guard row.integer(table.columns.count) == 1 else {
                damage.note(
                    DamagedRow(path: path, table: table.name, row: row.integer(0), reason: DamagedRow.differs))
                continue
            }
            func number(_ column: Int) -> UInt64 { UInt64(max(0, row.integer(column))) }
            var summary = PartitionSummary(firstSequence: number(0))
            (summary.lastSequence, summary.minimumTime, summary.maximumTime) = (number(1), number(2), number(3))
            (summary.flows, summary.blocks) = (number(4), number(5))
            if !row.isNull(6) { summary.lossTimes = times(row, 6) }
            row.copyBytes(8, into: &summary.setBytes)
            summaries[summary.firstSequence] = summary
        }
        return summaries
    }

    func store(_ connection: borrowing Connection) throws(SQLiteError) {
        try CheckedTable.define(connection)
        var row = try connection.prepare(Self.table.insert(orReplace: true))
        row.bind(Int64(storable: firstSequence), at: 1)
        row.bind(Int64(storable: lastSequence), at: 2)
        row.bind(Int64(storable: minimumTime), at: 3)
        row.bind(Int64(storable: maximumTime), at: 4)
        row.bind(Int64(storable: flows), at: 5)
        row.bind(Int64(storable: blocks), at: 6)
        if let lossTimes {
            row.bind(Int64(storable: lossTimes.lowerBound), at: 7)
            row.bind(Int64(storable: lossTimes.upperBound), at: 8)
        }
        let bytes = sets.bytes
        row.bind(bytes.span, at: 9)
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

    /// Forgets partitions whose flows another one has now: those that begin after the first of these sequences, up to
    /// the last.
    static func forget(
        mergedInto firstSequences: ClosedRange<UInt64>, _ connection: borrowing Connection
    ) throws(SQLiteError) {
        try connection.execute(
            """
            DELETE FROM partitions WHERE first_sequence > \(Int64(storable: firstSequences.lowerBound))
            AND first_sequence <= \(Int64(storable: firstSequences.upperBound))
            """)
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
