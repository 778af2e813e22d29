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
        let partitions = cursor.order == .ascending ? partitions : partitions.reversed()
        for first in partitions where cursor.unreadUntil == nil && first <= cursor.high {
            if let summary = summaries[first], !summary.mayMatch(cursor) { continue }
            guard try open(first) else {
                noteUnreadable(first, &cursor)
                continue
            }
            do throws(SQLiteError) {
                try partition?.aggregate(&cursor, into: &table)
            } catch {
                throw .sqlite(doing: doing, error)
            }
        }
        try refreshCatalog()
    }
}
