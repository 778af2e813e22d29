import SQLiteRuntime

/// What one run of retention deleted.
package struct RetentionResult: Sendable, Equatable {
    package var partitions = 0
    package var flows: UInt64 = 0
    /// The run ended at its limit and there is more to delete: call again soon.
    package var hasMore = false
}

extension HistoryWriter {
    /// Files that one run removes: it takes some milliseconds.
    private static let partitionsAtOnce = 16

    /// Deletes what is older than `maximumAge` and the oldest of what is beyond `maximumBytes`, or stands in the way of
    /// `minimumFreeBytes`, whole partitions at a time. The newest goes by age alone.
    ///
    /// - Parameter now: nanoseconds since 1970-01-01 UTC.
    @discardableResult
    package mutating func applyRetention(now: UInt64) throws(HistoryError) -> RetentionResult {
        var result = RetentionResult()
        do throws(SQLiteError) {
            let cutoff = oldestAllowed(now)
            if let cutoff, partition.summary.flows > 0, waitingFlows == 0, partition.summary.maximumTime < cutoff {
                try roll()
            }
            while let oldest = sealed.first, mustGo(oldest, cutoff) {
                result.hasMore = result.partitions == Self.partitionsAtOnce
                if result.hasMore { break }
                try remove(oldest)
                result.partitions += 1
                result.flows += oldest.flows
            }
        } catch {
            let failure = HistoryError.sqlite(doing: "deleting old flows of history", error)
            status.failed(failure)
            throw failure
        }
        try refreshBytes()
        return result
    }

    private func oldestAllowed(_ now: UInt64) -> UInt64? {
        guard let nanoseconds = settings.maximumAge?.wholeNanoseconds else { return nil }
        return now > nanoseconds ? now - nanoseconds : 0
    }

    private func mustGo(_ summary: PartitionSummary, _ cutoff: UInt64?) -> Bool {
        if let cutoff, summary.flows == 0 || summary.maximumTime < cutoff { return true }
        if let maximum = settings.maximumBytes, status.bytes > Self.room(maximum, settings) { return true }
        guard let wanted = settings.minimumFreeBytes, let free = DiskSpace.freeBytes(settings.directory) else {
            return false
        }
        return free < wanted
    }

    /// The write-ahead log gets its share first.
    private static func room(_ maximum: UInt64, _ settings: HistorySettings) -> UInt64 {
        max(maximum - min(maximum, 4 * UInt64(settings.checkpointBytes)), maximum / 2)
    }

    private mutating func remove(_ summary: PartitionSummary) throws(SQLiteError) {
        let path = StoreFile.partitionPath(settings.directory, summary.firstSequence)
        otherBytes -= min(otherBytes, DiskSpace.bytes(of: path))
        StoreFile.remove(path)
        sealed.removeFirst()
        status.expired(flows: summary.flows, blocks: summary.blocks)
        status.measured(bytes: otherBytes + (try partition.bytes()))
        try PartitionSummary.forget(through: summary.firstSequence, connection)
    }
}
