import SQLiteRuntime

/// A period of the store, a file of its own.
package struct HistoryPartition: Sendable, Equatable {
    /// Of its flows; they begin the file's name, too.
    package var sequences: ClosedRange<UInt64>
    /// Nanoseconds since 1970-01-01 UTC.
    package var times: ClosedRange<UInt64>
    package var flows: UInt64
    /// Size of the file, its write-ahead log apart.
    package var bytes: UInt64
}

/// Flows that follow each other in the store.
package struct HistoryStretch: Sendable, Equatable {
    package var sequences: ClosedRange<UInt64>
    /// Of its earliest and its latest flow, nanoseconds since 1970-01-01 UTC. Times of neighbours may overlap.
    package var times: ClosedRange<UInt64>
    package var flows: Int
}

extension HistoryReader {
    /// The periods that hold flows, the oldest first.
    package mutating func periods() throws(HistoryError) -> [HistoryPartition] {
        try look()
        var periods: [HistoryPartition] = []
        for first in partitions {
            guard let summary = try summary(of: first), summary.flows > 0 else { continue }
            periods.append(
                HistoryPartition(
                    sequences: first...max(first, summary.lastSequence),
                    times: summary.minimumTime...max(summary.minimumTime, summary.maximumTime), flows: summary.flows,
                    bytes: DiskSpace.bytes(of: StoreFile.partitionPath(directory, first))))
        }
        return periods
    }

    /// A period in stretches, each of blocks that have so many flows together at least; none if it is gone. Together they
    /// have all of its sequences, so that who reads them all is told of what is missing between blocks. Those of a period
    /// that was made one with others meanwhile may have more.
    package mutating func stretches(
        of period: HistoryPartition, flows: Int
    ) throws(HistoryError) -> [HistoryStretch] {
        guard try openHolder(of: period.sequences.lowerBound) else { return [] }
        do throws(SQLiteError) {
            let stretches =
                try partition?.stretches(flows: flows).filter { $0.sequences.overlaps(period.sequences) } ?? []
            return stretches.indices.map { index in
                var stretch = stretches[index]
                let low = index == 0 ? period.sequences.lowerBound : stretch.sequences.lowerBound
                let next = index + 1 < stretches.count ? stretches[index + 1].sequences.lowerBound - 1 : 0
                stretch.sequences =
                    low...max(stretch.sequences.upperBound, next, next == 0 ? period.sequences.upperBound : 0)
                return stretch
            }
        } catch {
            throw .sqlite(doing: doing, error)
        }
    }
}

extension HistoryReader {
    /// Opens the partition that has a sequence: the one that begins with it, or one that took its place.
    private mutating func openHolder(of sequence: UInt64) throws(HistoryError) -> Bool {
        var first = sequence
        for _ in 0..<Self.mostLooks {
            if try open(first) { return true }
            guard !StoreFile.exists(StoreFile.partitionPath(directory, first)) else { return false }
            try look()
            guard let holder = partitions.last(where: { $0 <= sequence }) else { return false }
            first = holder
        }
        return false
    }
}

extension PartitionReader {
    fileprivate func stretches(flows: Int) throws(SQLiteError) -> [HistoryStretch] {
        var stretches: [HistoryStretch] = []
        for table in ["blocks", "tail"] {
            var row = try connection.prepare("SELECT \(BlockKey.columns(table)) FROM \(table) ORDER BY first_sequence")
            while try row.step() {
                let key = BlockKey(row)
                guard key.isWhole else { continue }
                let next = HistoryStretch(key)
                if let last = stretches.last, last.flows < flows {
                    stretches[stretches.count - 1] = last.joined(with: next)
                } else {
                    stretches.append(next)
                }
            }
        }
        return stretches
    }
}

extension HistoryStretch {
    fileprivate init(_ key: BlockKey) {
        sequences = key.firstSequence...max(key.firstSequence, key.lastSequence)
        times = key.minimumTime...max(key.minimumTime, key.maximumTime)
        flows = key.flowCount
    }

    fileprivate func joined(with next: HistoryStretch) -> HistoryStretch {
        var whole = self
        whole.sequences = sequences.lowerBound...max(sequences.upperBound, next.sequences.upperBound)
        whole.times =
            min(times.lowerBound, next.times.lowerBound)...max(times.upperBound, next.times.upperBound)
        whole.flows += next.flows
        return whole
    }
}
