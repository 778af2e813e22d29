import FlowModel
import SQLiteRuntime

/// The table `losses` of a partition.
enum LossRows {
    static let table = CheckedTable("losses", "id", "place", "lost_count", "first_time_ns", "last_time_ns")

    /// All of them, in the order in which they were stored. What is damaged or missing is noted and passed over.
    ///
    /// - Parameter count: how many there are; nil if that is not known.
    static func read(
        _ connection: borrowing Connection, _ path: String, _ count: UInt64?, _ damage: inout StoreDamage
    ) throws(SQLiteError) -> [LostEvent] {
        func note(_ row: Int64, _ reason: String) {
            damage.note(DamagedRow(path: path, table: table.name, row: row, reason: reason))
        }
        var losses: [LostEvent] = []
        var next: Int64 = 1
        var row = try connection.prepare(
            "SELECT \(table.columns.joined(separator: ", ")), \(table.isWhole) FROM losses ORDER BY id")
        while try row.step() {
            let isWhole = row.integer(table.columns.count) == 1
            guard isWhole, row.integer(0) >= next else {
                if !isWhole { note(row.integer(0), DamagedRow.differs) }
                continue
            }
            if row.integer(0) > next { note(next, DamagedRow.isMissing) }
            next = row.integer(0) + 1
            losses.append(loss(row))
        }
        if let count, next <= Int64(storable: count) { note(next, DamagedRow.isMissing) }
        return losses
    }

    private static func loss(_ row: borrowing Statement) -> LostEvent {
        // A place that this version does not know counts as the one where it was written.
        LostEvent(
            place: LossPlace(rawValue: row.text(1)) ?? .history, count: UInt64(max(0, row.integer(2))),
            firstNanoseconds: UInt64(max(0, row.integer(3))), lastNanoseconds: UInt64(max(0, row.integer(4))))
    }

    /// - Parameter row: `table.insert()`.
    static func insert(_ loss: LostEvent, id: UInt64, _ row: inout Statement) throws(SQLiteError) {
        row.bind(Int64(storable: id), at: 1)
        row.bind(loss.place.rawValue, at: 2)
        row.bind(Int64(storable: loss.count), at: 3)
        row.bind(Int64(storable: loss.firstNanoseconds), at: 4)
        row.bind(Int64(storable: loss.lastNanoseconds), at: 5)
        try row.run()
    }
}

extension LostEvent {
    var times: ClosedRange<UInt64> { firstNanoseconds...max(firstNanoseconds, lastNanoseconds) }
}
