import FlowModel
import SQLiteRuntime

extension HistoryWriter {
    /// Commits if a block is full or the first waiting flow waits for `commitInterval`; after a failure only when
    /// another `commitInterval` has passed. Call it after each batch, and while idle at least each `commitInterval`.
    ///
    /// - Returns: whether it committed.
    /// - Throws: what `commit` throws. Nothing needs to be done about it: it is in `status`, and is tried again.
    @discardableResult
    package mutating func commitIfDue(now: ContinuousClock.Instant = .now) throws(HistoryError) -> Bool {
        if now - lastCheckpoint >= settings.checkpointInterval { requestCheckpoint(now) }
        guard let waitingSince else { return false }
        if let retryAt, now < retryAt { return false }
        guard window.count >= settings.blockFlows || now - waitingSince >= settings.commitInterval else { return false }
        try commit()
        return true
    }

    /// Makes all waiting flows and losses durable, with the names that they use, in one transaction.
    package mutating func commit() throws(HistoryError) {
        guard waitingSince != nil else { return }
        do throws(SQLiteError) {
            try write()
        } catch {
            retryAt = .now + settings.commitInterval
            let failure = HistoryError.sqlite(doing: "writing \(waitingFlows) flows to history", error)
            status.failed(failure)
            throw failure
        }
        retryAt = nil
        if bytesSinceCheckpoint >= settings.checkpointBytes { requestCheckpoint(.now) }
        try refreshBytes()
    }

    /// Commits what waits, brings the write-ahead log into the database and closes the store.
    package consuming func close() throws(HistoryError) {
        checkpointer.finish()
        try commit()
        try whileDoing("closing history") { () throws(SQLiteError) in _ = try connection.checkpoint(.truncate) }
    }

    private mutating func write() throws(SQLiteError) {
        let counts = CatalogCounts(catalog)
        let transaction = try Transaction(connection, .immediate)
        try CatalogStore.append(catalog, from: persisted, to: counts, connection)
        let blocks = window.count / settings.blockFlows
        var bytes = 0
        for block in 0..<blocks {
            bytes += try insertBlock(block * settings.blockFlows..<(block + 1) * settings.blockFlows)
        }
        if blocks > 0 { try statements.deleteTail.run() }
        let inBlocks = blocks * settings.blockFlows
        bytes += try insertTail((blocks > 0 ? inBlocks : durableFlows)..<window.count)
        for loss in losses { try insert(loss) }
        try transaction.commit()
        adopt(counts, blocks: blocks, inBlocks: inBlocks, bytes: bytes)
    }

    /// What a commit that succeeded changes in memory.
    private mutating func adopt(_ counts: CatalogCounts, blocks: Int, inBlocks: Int, bytes: Int) {
        persisted = counts
        let stored = waitingFlows
        status.committed(flows: stored, through: stored > 0 ? window.last?.sequence : nil, blocks: blocks)
        window.removeFirst(inBlocks)
        durableFlows = window.count
        losses.removeAll(keepingCapacity: true)
        waitingSince = nil
        // A commit writes about three pages besides the payloads: of the zone map, of the tail, and the last of a
        // payload.
        bytesSinceCheckpoint += bytes + 3 * StoreFile.pageBytes
    }

    private mutating func insertBlock(_ rows: Range<Int>) throws(SQLiteError) -> Int {
        let window = window
        let flows = window.span.extracting(rows)
        let zone = ZoneMap(flows)
        encoder.encode(flows)
        let payload = encoder.words
        zone.bind(to: &statements.insertBlock)
        statements.insertBlock.bind(Int64(payload.count * 8), at: 8)
        try statements.insertBlock.run()
        statements.insertPayload.bind(Int64(storable: zone.firstSequence), at: 1)
        statements.insertPayload.bind(payload.span, at: 2)
        try statements.insertPayload.run()
        return payload.count * 8
    }

    private mutating func insertTail(_ rows: Range<Int>) throws(SQLiteError) -> Int {
        guard !rows.isEmpty else { return 0 }
        let window = window
        let flows = window.span.extracting(rows)
        encoder.encode(flows)
        let payload = encoder.words
        ZoneMap(flows).bind(to: &statements.insertTail)
        statements.insertTail.bind(payload.span, at: 8)
        try statements.insertTail.run()
        return payload.count * 8
    }

    private mutating func insert(_ loss: LostEvent) throws(SQLiteError) {
        statements.insertLoss.bind(loss.place.rawValue, at: 1)
        statements.insertLoss.bind(Int64(storable: loss.count), at: 2)
        statements.insertLoss.bind(Int64(storable: loss.firstNanoseconds), at: 3)
        statements.insertLoss.bind(Int64(storable: loss.lastNanoseconds), at: 4)
        try statements.insertLoss.run()
    }

    private mutating func requestCheckpoint(_ now: ContinuousClock.Instant) {
        lastCheckpoint = now
        guard bytesSinceCheckpoint > 0 else { return }
        bytesSinceCheckpoint = 0
        checkpointer.request()
    }

    mutating func refreshBytes() throws(HistoryError) {
        do throws(SQLiteError) {
            let pages = try statements.pageCount.step() ? statements.pageCount.integer(0) : 0
            statements.pageCount.reset()
            status.measured(bytes: UInt64(pages) * UInt64(StoreFile.pageBytes))
        } catch {
            throw .sqlite(doing: "measuring history", error)
        }
    }
}
