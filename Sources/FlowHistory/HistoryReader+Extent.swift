package import FlowModel
import SQLiteRuntime

/// How far a store reaches.
package struct HistoryExtent: Sendable, Equatable {
    /// Of the flows that are there; nil when there are none. Nanoseconds since 1970-01-01 UTC.
    package var times: ClosedRange<UInt64>?
    package var sequences: ClosedRange<UInt64>?
    package var flows: UInt64 = 0
    /// Size of the database file, its write-ahead log apart.
    package var bytes: UInt64 = 0
}

extension HistoryReader {
    package func extent() throws(HistoryError) -> HistoryExtent {
        try whileDoing(doing) { () throws(SQLiteError) in
            var extent = HistoryExtent()
            var row = try connection.prepare(
                """
                SELECT min(least), max(most), min(first), max(last), sum(flows) FROM (
                    SELECT min(min_time_ns) AS least, max(max_time_ns) AS most, min(first_sequence) AS first,
                        max(last_sequence) AS last, sum(flow_count) AS flows FROM blocks
                    UNION ALL SELECT min(min_time_ns), max(max_time_ns), min(first_sequence), max(last_sequence),
                        sum(flow_count) FROM tail)
                """)
            if try row.step(), !row.isNull(0) {
                func number(_ column: Int) -> UInt64 { UInt64(max(0, row.integer(column))) }
                extent.times = number(0)...max(number(0), number(1))
                extent.sequences = number(2)...max(number(2), number(3))
                extent.flows = number(4)
            }
            extent.bytes =
                UInt64(max(0, try connection.integer("PRAGMA page_count") ?? 0)) * UInt64(StoreFile.pageBytes)
            return extent
        }
    }

    /// The known gaps that touch an interval (both ends included), in the order in which they were stored; nil: all.
    package func losses(times: ClosedRange<UInt64>? = nil) throws(HistoryError) -> [LostEvent] {
        try whileDoing(doing) { () throws(SQLiteError) in
            var losses: [LostEvent] = []
            var row = try connection.prepare(
                """
                SELECT place, lost_count, first_time_ns, last_time_ns FROM losses
                WHERE last_time_ns >= ? AND first_time_ns <= ? ORDER BY id
                """)
            row.bind(Int64(storable: times?.lowerBound ?? 0), at: 1)
            row.bind(Int64(storable: times?.upperBound ?? .max), at: 2)
            while try row.step() {
                // A place that this version does not know counts as the one where it was written.
                losses.append(
                    LostEvent(
                        place: LossPlace(rawValue: row.text(0)) ?? .history, count: UInt64(max(0, row.integer(1))),
                        firstNanoseconds: UInt64(max(0, row.integer(2))),
                        lastNanoseconds: UInt64(max(0, row.integer(3)))))
            }
            return losses
        }
    }
}
