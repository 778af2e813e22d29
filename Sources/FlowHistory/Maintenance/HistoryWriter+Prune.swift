import SQLiteRuntime

/// What of a store is to go.
package enum PruneLimit: Sendable {
    /// Flows before this moment; nanoseconds since 1970-01-01 UTC.
    case before(UInt64)
    /// The oldest of what all files hold beyond so many bytes.
    case bytes(UInt64)
}

extension HistoryReport {
    /// The partitions that a limit takes, oldest first, whole, as retention takes them: by age one whose newest flow is
    /// too old, by size any but the newest.
    package func partitions(beyond limit: PruneLimit) -> [Partition] {
        var left = bytes + logBytes
        let kept = partitions.firstIndex { part in
            switch limit {
            case .before(let moment):
                guard let times = part.times else { return part.isNewest }
                return times.upperBound >= moment
            case .bytes(let maximum):
                if part.isNewest || left <= maximum { return true }
                left -= min(left, part.bytes)
                return false
            }
        }
        return Array(partitions.prefix(kept ?? partitions.count))
    }
}

extension HistoryWriter {
    /// Removes the oldest partitions, up to and with the last of those given. If the newest is among them, an empty one
    /// is begun, so that sequences go on.
    package mutating func remove(_ partitions: [HistoryReport.Partition]) throws(HistoryError) {
        guard let last = partitions.last else { return }
        // So that no row of a partition is written after it is gone.
        checkpointer.finish()
        if last.firstSequence >= partition.summary.firstSequence {
            try whileDoing("beginning a partition") { () throws(SQLiteError) in try roll() }
            checkpointer.finish()
        }
        while let oldest = sealed.first, oldest.firstSequence <= last.firstSequence {
            try whileDoing("removing a partition") { () throws(SQLiteError) in _ = try remove(oldest) }
        }
    }
}
