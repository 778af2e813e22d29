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

    /// Retention has removed what lay before; nil when there is no file of flows.
    package mutating func firstSequence() throws(HistoryError) -> UInt64? {
        try look()
        return partitions.first
    }

    /// From the oldest to the newest flow that is there, as in `extent`, at less cost; nil when there are none.
    package mutating func heldTimes() throws(HistoryError) -> ClosedRange<UInt64>? {
        try look()
        var times: ClosedRange<UInt64>?
        for first in partitions {
            if let part = summaries[first] {
                if part.flows > 0 { times = Self.union(times, part.minimumTime...part.maximumTime) }
                continue
            }
            guard try open(first) else { continue }
            do throws(SQLiteError) {
                if let part = try partition?.heldTimes(&damage) { times = Self.union(times, part) }
            } catch {
                guard !error.isDamage else {
                    noteUnreadable(first, error)
                    continue
                }
                throw .sqlite(doing: doing, error)
            }
        }
        return times
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
            return try partition?.summary(&damage)
        } catch {
            guard !error.isDamage else {
                noteUnreadable(firstSequence, error)
                return nil
            }
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
                losses += try partition?.losses(times, &damage) ?? []
            } catch {
                guard !error.isDamage else {
                    noteUnreadable(first, error)
                    continue
                }
                throw .sqlite(doing: doing, error)
            }
        }
        return losses
    }
}

extension PartitionReader {
    func summary(_ damage: inout StoreDamage) throws(SQLiteError) -> PartitionSummary {
        let snapshot = try Transaction(connection, .deferred)
        let known = try extent(&damage)
        let extent = if let known { known } else { try PartitionExtent.recovered(connection) }
        let summary = try PartitionSummary(connection, path, firstSequence: firstSequence, extent, &damage)
        try snapshot.commit()
        return summary
    }

    /// Of its flows, as the extent has them, and as the rows of zones do where that cannot be read.
    func heldTimes(_ damage: inout StoreDamage) throws(SQLiteError) -> ClosedRange<UInt64>? {
        guard let known = try extent(&damage) else {
            let summary = try summary(&damage)
            return summary.flows > 0 ? summary.minimumTime...max(summary.minimumTime, summary.maximumTime) : nil
        }
        return known.all.flows > 0 ? known.minimumTime...max(known.minimumTime, known.maximumTime) : nil
    }

    func losses(_ times: ClosedRange<UInt64>, _ damage: inout StoreDamage) throws(SQLiteError) -> [LostEvent] {
        let snapshot = try Transaction(connection, .deferred)
        let extent = try extent(&damage)
        let losses = try LossRows.read(connection, path, extent?.losses, &damage)
        try snapshot.commit()
        return losses.filter { $0.lastNanoseconds >= times.lowerBound && $0.firstNanoseconds <= times.upperBound }
    }

    /// How many names its flows may use.
    func names() -> CatalogCounts {
        var damage = StoreDamage()
        return (try? extent(&damage)?.names) ?? CatalogCounts()
    }

    private func extent(_ damage: inout StoreDamage) throws(SQLiteError) -> PartitionExtent? {
        var row = try connection.prepare(PartitionExtent.select)
        switch try PartitionExtent.read(&row) {
        case .whole(let extent): return extent
        case .missing: break
        case .damaged:
            damage.note(
                DamagedRow(path: path, table: PartitionExtent.table.name, row: 1, reason: DamagedRow.differs))
        }
        return nil
    }
}
