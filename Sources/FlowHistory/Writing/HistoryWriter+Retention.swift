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
    /// - Parameters:
    ///   - wall: the wall clock, nanoseconds since 1970-01-01 UTC; believed as `AgeClock` says.
    ///   - instant: the moment at which it was read.
    @discardableResult
    package mutating func applyRetention(
        now wall: UInt64, at instant: ContinuousClock.Instant = .now
    ) throws(HistoryError) -> RetentionResult {
        let free = settings.minimumFreeBytes == nil ? nil : DiskSpace.freeBytes(settings.directory)
        return try applyRetention(now: wall, at: instant, free: free)
    }

    /// - Parameter free: what others find free on the disk; nil: not known.
    @discardableResult
    package mutating func applyRetention(
        now wall: UInt64, at instant: ContinuousClock.Instant, free: UInt64?
    ) throws(HistoryError) -> RetentionResult {
        var result = RetentionResult()
        let now = ageClock.now(wall, at: instant)
        do throws(SQLiteError) {
            try rollIfOld(now)
            measureOthers()
            status.measured(bytes: otherBytes + (try partition.bytes()))
            // Some file systems give the room back later: what is removed counts as free at once, and what is missing
            // then is seen in the next run that has a time of its own.
            var missing = missingBytes(free)
            while let oldest = sealed.first {
                let mustGo = mustGo(oldest, now)
                guard mustGo || missing > 0 else { break }
                if result.partitions == Self.partitionsAtOnce {
                    result.hasMore = mustGo
                    break
                }
                let bytes = try remove(oldest)
                missing -= min(missing, bytes)
                result.partitions += 1
                result.flows += oldest.flows
            }
        } catch {
            let failure = HistoryError.sqlite(doing: "deleting old flows of history", error)
            status.failed(failure)
            throw failure
        }
        measureTimes()
        try refreshBytes()
        return result
    }

    func measureTimes() {
        let times = (sealed + [partition.summary]).compactMap(\.heldTimes)
        let oldest = times.map(\.lowerBound).min() ?? 0
        let newest = times.map(\.upperBound).max() ?? 0
        status.holds(times: times.isEmpty ? nil : oldest...newest)
    }

    private mutating func rollIfOld(_ now: UInt64) throws(SQLiteError) {
        guard let cutoff = cutoff(now), partition.summary.flows > 0, waitingFlows == 0,
            partition.summary.maximumTime < cutoff
        else { return }
        try roll()
    }

    private func cutoff(_ now: UInt64) -> UInt64? {
        guard let nanoseconds = settings.maximumAge?.wholeNanoseconds else { return nil }
        return now > nanoseconds ? now - nanoseconds : 0
    }

    private func missingBytes(_ free: UInt64?) -> UInt64 {
        guard let wanted = settings.minimumFreeBytes, let free, free < wanted else { return 0 }
        return wanted - free
    }

    private func mustGo(_ oldest: PartitionSummary, _ now: UInt64) -> Bool {
        if oldest.flows == 0 && oldest.lossTimes == nil { return true }
        if let cutoff = cutoff(now), let end = endOfOldest(now), end < cutoff { return true }
        return isBeyondBytes
    }

    /// When the oldest partition was written, at the latest. Its flows say so, unless they are ahead of the clock: then
    /// the next partition does, which cannot be older. nil: nobody knows.
    private func endOfOldest(_ now: UInt64) -> UInt64? {
        let horizon = now.addingReportingOverflow(ageClock.tolerance)
        let latest = horizon.overflow ? .max : horizon.partialValue
        if let known = sealed.first(where: { $0.latestTime <= latest }) { return known.latestTime }
        let live = partition.summary
        return live.flows > 0 && live.maximumTime <= latest ? live.maximumTime : nil
    }

    /// Whether the files take more than `maximumBytes`. The live partition's log has its share, which it may not need,
    /// and counts for what it takes where the checkpointer does not keep up.
    private var isBeyondBytes: Bool {
        guard let maximum = settings.maximumBytes else { return false }
        let share = min(4 * UInt64(settings.checkpointBytes), maximum / 2)
        return status.bytes + max(share, DiskSpace.bytes(of: partition.path + "-wal")) > maximum
    }

    /// After a commit: what it has brought beyond `maximumBytes` goes at once, not at retention's next run.
    mutating func removeBeyondBytes() throws(HistoryError) {
        try whileDoing("deleting old flows of history") { () throws(SQLiteError) in
            for _ in 0..<Self.partitionsAtOnce {
                guard let oldest = sealed.first, isBeyondBytes else { return }
                _ = try remove(oldest)
            }
        }
    }

    /// - Returns: the bytes that it had.
    mutating func remove(_ summary: PartitionSummary) throws(SQLiteError) -> UInt64 {
        let path = StoreFile.partitionPath(settings.directory, summary.firstSequence)
        let bytes = StoreFile.bytes(path)
        otherBytes -= min(otherBytes, bytes)
        StoreFile.remove(path)
        sealed.removeFirst()
        status.expired(flows: summary.flows, blocks: summary.blocks)
        status.measured(bytes: otherBytes + (try partition.bytes()))
        try PartitionSummary.forget(through: summary.firstSequence, connection)
        return bytes
    }
}
