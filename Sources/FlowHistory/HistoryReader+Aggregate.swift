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
        try look()
        var cursor = cursor(order: .ascending, times: times, filter: filter)
        var table = GroupTable(fields, limit: mostGroups)
        for first in partitions {
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
        var result = table.aggregation
        (result.damagedBlocks, result.firstDamage) = (cursor.damagedBlocks, cursor.firstDamage)
        try refreshCatalog()
        return result
    }
}
