import SQLiteRuntime

/// Deletes names that no flow of the store uses any more, so that pods that come and go do not fill it.
///
/// One transaction deletes the rows and notes their indices: after a kill or a loss of power both is done or neither.
enum NamePruning {
    /// Names that one run deletes, so that an opening takes a moment more at most; the next run goes on.
    static let mostAtOnce = 262_144
    /// Indices that one statement looks at.
    private static let chunk: UInt32 = 16_384

    /// - Parameter used: what flows of all partitions may use.
    /// - Returns: how many rows were deleted.
    static func run(
        _ used: UsedNames, _ connection: borrowing Connection, most: Int = mostAtOnce
    ) throws(SQLiteError) -> Int {
        let known = try StoreMeta.readPruned(connection)
        var (left, isNews) = (most, false)
        let transaction = try Transaction(connection, .immediate)
        for table in NameTable.allCases {
            let unused = used.unused(table)
            let pruned = try delete(unused, table, known[table], &left, connection)
            guard pruned != known[table] else { continue }
            try StoreMeta.setPruned(connection, table, pruned)
            isNews = true
        }
        guard isNews else { return 0 }
        try transaction.commit()
        shrink(connection)
        return most - left
    }

    /// - Returns: the ranges that have no rows then.
    private static func delete(
        _ unused: [ClosedRange<UInt32>], _ table: NameTable, _ known: [ClosedRange<UInt32>], _ left: inout Int,
        _ connection: borrowing Connection
    ) throws(SQLiteError) -> [ClosedRange<UInt32>] {
        // Where it is not known what is in use, what was known stays.
        guard !unused.isEmpty else { return known }
        var rows = try connection.prepare("DELETE FROM \(table.rawValue) WHERE id BETWEEN ? AND ?")
        var pruned: [ClosedRange<UInt32>] = []
        for run in unused {
            var first = run.lowerBound
            while left > 0, first <= run.upperBound {
                let last = min(run.upperBound, first + min(chunk, UInt32(left)) - 1)
                rows.bind(Int64(first), at: 1)
                rows.bind(Int64(last), at: 2)
                try rows.run()
                left -= min(left, connection.changes)
                first = last + 1
            }
            if first > run.lowerBound { pruned.append(run.lowerBound...first - 1) }
            if left == 0 { break }
        }
        // Those of an earlier run that this one did not come to.
        let end = pruned.last?.upperBound ?? 0
        return left > 0 ? pruned : pruned + known.filter { $0.lowerBound > end }
    }

    /// Gives the room back where most of the file is free. That it is not done costs nothing but the room.
    private static func shrink(_ connection: borrowing Connection) {
        guard let free = try? connection.integer("PRAGMA freelist_count"),
            let pages = try? connection.integer("PRAGMA page_count"), free > pages / 2
        else { return }
        try? connection.execute("VACUUM")
        _ = try? connection.checkpoint(.truncate)
    }
}
