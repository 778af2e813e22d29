import SQLiteRuntime

extension HistoryReader {
    /// Sums up the flows of a query by the values of some fields, without making flows of them: who was dropped by
    /// which rule how often, how many bytes went where in each minute.
    ///
    /// - Parameter mostGroups: flows of further groups are counted only; a group costs about 100 bytes.
    package mutating func aggregate(
        by fields: [FlowField], times: ClosedRange<UInt64>? = nil, filter: ColumnFilter = ColumnFilter(),
        mostGroups: Int = 100_000
    ) throws(HistoryError) -> HistoryAggregation {
        var cursor = cursor(order: .ascending, times: times, filter: filter)
        var table = GroupTable(fields, limit: mostGroups)
        try aggregate(&cursor, into: &table)
        var result = HistoryAggregation(groups: table.groups, ungroupedFlows: table.ungroupedFlows)
        (result.damagedBlocks, result.firstDamage) = (cursor.damagedBlocks, cursor.firstDamage)
        return result
    }

    /// Adds the flows of a query to groups, in the query's order, until its budget is spent. Damaged blocks are counted in
    /// the cursor and passed over.
    package mutating func aggregate(
        _ cursor: inout HistoryCursor, into table: inout GroupTable
    ) throws(HistoryError) {
        try look()
        while !cursor.isAtEnd && cursor.unreadUntil == nil, let index = place(cursor) {
            let first = partitions[index]
            try aggregate(first, &cursor, into: &table)
            // A compaction may have put what is left of it into another file.
            if try isGone(first) { continue }
            if cursor.unreadUntil != nil { break }
            guard try leave(index, &cursor) else { break }
        }
        try refreshCatalog()
    }

    private mutating func aggregate(
        _ firstSequence: UInt64, _ cursor: inout HistoryCursor, into table: inout GroupTable
    ) throws(HistoryError) {
        if let summary = summaries[firstSequence], !summary.mayMatch(cursor) { return }
        guard try open(firstSequence) else { return noteUnreadable(firstSequence, &cursor) }
        let known = (files: cursor.damage.files.count, blocks: cursor.damagedBlocks)
        do throws(SQLiteError) {
            try partition?.aggregate(&cursor, into: &table)
            countUnknown(firstSequence, since: known, &cursor)
        } catch {
            throw .sqlite(doing: doing, error)
        }
    }
}
