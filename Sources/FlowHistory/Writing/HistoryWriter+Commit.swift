import FlowModel
import SQLiteRuntime

extension HistoryWriter {
    /// Commits if a block is full or the first waiting flow waits for `commitInterval`; after a failure only when
    /// another `commitInterval` has passed, or a moment where the file was busy. Call it after each batch, and while idle at least each `commitInterval`.
    ///
    /// - Returns: whether it committed.
    /// - Throws: what `commit` throws. Nothing needs to be done about it: it is in `status`, and is tried again.
    @discardableResult
    package mutating func commitIfDue(now: ContinuousClock.Instant = .now) throws(HistoryError) -> Bool {
        if now - lastCheckpoint >= settings.checkpointInterval { requestCheckpoint(now) }
        guard let waitingSince else { return false }
        if let retryAt, now < retryAt { return false }
        guard window.count >= settings.blockFlows || now - waitingSince >= settings.commitInterval else { return false }
        try commit(now: now)
        return true
    }

    /// Who keeps a commit waiting, a checkpoint most likely, is through soon.
    private static var busyRetryInterval: Duration { .milliseconds(20) }

    /// Makes all waiting flows and losses durable, with the names that they use, in one transaction.
    package mutating func commit(now: ContinuousClock.Instant = .now) throws(HistoryError) {
        guard waitingSince != nil else { return }
        do throws(SQLiteError) {
            try writeNames()
            if isPartitionFull(window[durableFlows...].first?.timeNanoseconds, now) { try roll() }
            if partition.summary.openedTime == nil { partitionSince = now }
            try write()
        } catch {
            retryAt = now + (error.code == .busy ? Self.busyRetryInterval : settings.commitInterval)
            let failure = HistoryError.sqlite(doing: "writing \(waitingFlows) flows to history", error)
            status.failed(failure)
            throw failure
        }
        retryAt = nil
        if bytesSinceCheckpoint >= settings.checkpointBytes { requestCheckpoint(now) }
        try refreshBytes()
        try removeBeyondBytes()
    }

    /// Commits what waits, brings the write-ahead logs into the files and closes the store.
    package consuming func close() throws(HistoryError) {
        try commit()
        checkpointer.finish()
        try whileDoing("closing history") { () throws(SQLiteError) in
            try Self.endLog(partition.connection)
            // Once the flows are in their file: a loss of power before this is one of a run.
            try WriterRun.close(connection, next: nextSequence)
            try Self.endLog(connection)
        }
    }

    /// Without a log, the files open on a read-only disk, too. Where somebody reads them, the log stays, empty.
    private static func endLog(_ connection: borrowing Connection) throws(SQLiteError) {
        _ = try connection.checkpoint(.truncate)
        _ = try? connection.setPragma("journal_mode", "DELETE")
    }

    /// Makes new names durable, before the flows that use them.
    private mutating func writeNames() throws(SQLiteError) {
        let counts = CatalogCounts(catalog)
        guard counts != persisted else { return }
        let transaction = try Transaction(connection, .immediate)
        try CatalogStore.append(catalog, from: persisted, to: counts, connection)
        try transaction.commit()
        persisted = counts
    }

    private mutating func write() throws(SQLiteError) {
        let earlier = partition.summary
        let blocks = window.count / settings.blockFlows
        let inBlocks = blocks * settings.blockFlows
        let bytes: Int
        do throws(SQLiteError) {
            let transaction = try Transaction(partition.connection, .immediate)
            bytes = try writeRows(blocks, inBlocks)
            try transaction.commit()
        } catch {
            partition.didRollBack(to: earlier)
            throw error
        }
        partition.didCommit()
        adopt(blocks: blocks, inBlocks: inBlocks, bytes: bytes)
    }

    private mutating func writeRows(_ blocks: Int, _ inBlocks: Int) throws(SQLiteError) -> Int {
        let window = window
        let flows = window.span
        var bytes = 0
        for block in 0..<blocks {
            let start = block * settings.blockFlows
            bytes += try partition.insertBlock(flows.extracting(start..<start + settings.blockFlows), &encoder)
        }
        if blocks > 0 { try partition.deleteTail() }
        let rest = flows.extracting((blocks > 0 ? inBlocks : durableFlows)..<flows.count)
        if rest.count > 0 { bytes += try partition.insertTail(rest, &encoder) }
        for loss in losses { try partition.insert(loss) }
        partition.count(waitingFlows)
        try partition.writeExtent(persisted)
        return bytes
    }

    /// What a commit that succeeded changes in memory.
    private mutating func adopt(blocks: Int, inBlocks: Int, bytes: Int) {
        let stored = waitingFlows
        status.committed(flows: stored, through: stored > 0 ? window.last?.sequence : nil, blocks: blocks)
        if let times = partition.summary.heldTimes { status.alsoHolds(times: times) }
        window.removeFirst(inBlocks)
        durableFlows = window.count
        losses.removeAll(keepingCapacity: true)
        waitingSince = nil
        // A commit writes about four pages besides the columns: of the zones, of the tail, of the extent, and the last
        // of a column.
        bytesSinceCheckpoint += bytes + 4 * StoreFile.pageBytes
    }

    private mutating func requestCheckpoint(_ now: ContinuousClock.Instant) {
        lastCheckpoint = now
        guard bytesSinceCheckpoint > 0 else { return }
        bytesSinceCheckpoint = 0
        checkpointer.request(partition.summary.firstSequence)
    }

    mutating func refreshBytes() throws(HistoryError) {
        do throws(SQLiteError) {
            status.measured(bytes: otherBytes + (try partition.bytes()))
        } catch {
            throw .sqlite(doing: "measuring history", error)
        }
    }
}
