package import FlowModel
import SQLiteRuntime

/// How far a store reaches.
package struct HistoryExtent: Sendable, Equatable {
    /// Of the flows that are there; nil when there are none. Nanoseconds since 1970-01-01 UTC.
    package var times: ClosedRange<UInt64>?
    package var sequences: ClosedRange<UInt64>?
    package var flows: UInt64 = 0
    /// Size of the files, their write-ahead logs apart.
    package var bytes: UInt64 = 0
}

extension HistoryReader {
    package mutating func extent() throws(HistoryError) -> HistoryExtent {
        try look()
        var extent = HistoryExtent()
        extent.bytes = DiskSpace.bytes(of: StoreFile.catalogPath(directory))
        for first in partitions {
            extent.bytes += DiskSpace.bytes(of: StoreFile.partitionPath(directory, first))
            guard let part = try summary(of: first), part.flows > 0 else { continue }
            extent.flows += part.flows
            extent.times = Self.union(extent.times, part.minimumTime...max(part.minimumTime, part.maximumTime))
            extent.sequences = Self.union(extent.sequences, first...max(first, part.lastSequence))
        }
        return extent
    }

    private static func union(_ known: ClosedRange<UInt64>?, _ other: ClosedRange<UInt64>) -> ClosedRange<UInt64> {
        guard let known else { return other }
        return min(known.lowerBound, other.lowerBound)...max(known.upperBound, other.upperBound)
    }

    /// nil for one that is not there any more.
    mutating func summary(of firstSequence: UInt64) throws(HistoryError) -> PartitionSummary? {
        if let summary = summaries[firstSequence] { return summary }
        guard try open(firstSequence) else { return nil }
        do throws(SQLiteError) {
            return try partition?.summary()
        } catch {
            throw .sqlite(doing: doing, error)
        }
    }

    /// The known gaps that touch an interval (both ends included), in the order in which they were stored; nil: all.
    package mutating func losses(times: ClosedRange<UInt64>? = nil) throws(HistoryError) -> [LostEvent] {
        try look()
        let times = times ?? 0...UInt64(Int64.max)
        var losses: [LostEvent] = []
        for first in partitions {
            if let summary = summaries[first], !(summary.lossTimes?.overlaps(times) ?? false) { continue }
            guard try open(first) else { continue }
            do throws(SQLiteError) {
                losses += try partition?.losses(times) ?? []
            } catch {
                throw .sqlite(doing: doing, error)
            }
        }
        return losses
    }
}

extension PartitionReader {
    func summary() throws(SQLiteError) -> PartitionSummary {
        let snapshot = try Transaction(connection, .deferred)
        let summary = try PartitionSummary(connection, firstSequence: firstSequence)
        try snapshot.commit()
        return summary
    }

    func losses(_ times: ClosedRange<UInt64>) throws(SQLiteError) -> [LostEvent] {
        var losses: [LostEvent] = []
        var row = try connection.prepare(
            """
            SELECT place, lost_count, first_time_ns, last_time_ns FROM losses
            WHERE last_time_ns >= ? AND first_time_ns <= ? ORDER BY id
            """)
        row.bind(Int64(storable: times.lowerBound), at: 1)
        row.bind(Int64(storable: times.upperBound), at: 2)
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
