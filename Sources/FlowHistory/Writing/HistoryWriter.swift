package import FlowCatalog
package import FlowModel
import SQLiteRuntime

/// Writes flows to disk. The `apus-history` thread owns it; only `status` is shared.
///
/// ```
/// append ─► window: [ durable in `tail` │ waiting ]      commit: one transaction in the live partition
///                    0 … blockFlows - 1   … backlogFlows    full blocks ─► blocks, block_columns; `tail` emptied
///                                                           their drops ─► drop_blocks, now and then
///                                                           the rest    ─► one row of `tail`
/// ```
/// A flow waits for `commitInterval` at most, and less when a block fills up before. If the disk refuses, the flows
/// stay in the window and the next commit tries again; what the window cannot take is counted as lost. New names are
/// committed to the catalog before, for themselves.
package struct HistoryWriter: ~Copyable, Sendable {
    let settings: HistorySettings
    let catalog: FlowCatalog
    package let status: HistoryStatus
    package let storeID: StoreID
    /// What it met of the store, when it opened it, that cannot be believed. Flows that are missing from the tail are
    /// counted as lost.
    package private(set) var damage: StoreDamage
    /// What it did about names that no flow uses any more, when it opened the store.
    package let prunedNames: NamePruningResult
    /// The sequence that the next flow should have: the last one + 1, also over restarts and retention, but for a jump
    /// after a run that was killed (`beginRun`); from 1.
    package private(set) var nextSequence: UInt64

    let connection: Connection
    /// The live one.
    var partition: PartitionWriter
    /// The sealed ones, oldest first.
    var sealed: [PartitionSummary]
    let checkpointer: HistoryCheckpointer
    var encoder: BlockEncoder
    var window: [Flow]
    /// So many flows at the window's start are in `tail` already.
    var durableFlows: Int
    var losses: [LostEvent] = []
    var persisted: CatalogCounts
    var waitingSince: ContinuousClock.Instant?
    var retryAt: ContinuousClock.Instant?
    var lastCheckpoint = ContinuousClock.now
    var bytesSinceCheckpoint = 0
    var ageClock: AgeClock
    /// When the live partition got its first flow, or was opened with some.
    var partitionSince = ContinuousClock.now
    /// Of sealed partitions and the catalog, with their write-ahead logs.
    var otherBytes: UInt64 = 0
    /// Declared last: released when all else is closed.
    private let lock: WriterLock

    /// Opens the store, creates it if need be, and fills the catalog with the names of its flows.
    ///
    /// - Parameter catalog: fresh, or with exactly the store's elements at the store's indices.
    package init(_ settings: HistorySettings, catalog: FlowCatalog) throws(HistoryError) {
        precondition((1...BlockFormat.maximumFlows / 2).contains(settings.blockFlows), "blocks have 1 to 32,768 flows")
        precondition(settings.backlogFlows >= settings.blockFlows, "the backlog holds a block at least")
        let lock = try StoreFile.lock(settings.directory)
        let connection = try StoreFile.openForWriting(
            StoreFile.catalogPath(settings.directory), .catalog, settings)
        let path = StoreFile.catalogPath(settings.directory)
        var damage = StoreDamage()
        try Compaction(settings.directory).recover(connection)
        let opened = try whileDoing("opening history in \(settings.directory)") { () throws(SQLiteError) in
            try StoreMeta.setNodeName(connection, settings.nodeName)
            return try (
                id: StoreMeta.establishID(connection), summaries: PartitionSummary.load(connection, path, &damage)
            )
        }
        var firsts = StoreFile.partitions(settings.directory)
        StoreFile.removeSideFiles(settings.directory, of: firsts)
        var start: WriterRun.Start?
        let partition = try Self.openNewest(&firsts, settings, connection, &start, &damage)
        let sealed = try SealedPartitions(firsts.dropLast(), opened.summaries, settings.directory, &damage)
        let pruned = Self.pruneNames(
            sealed.summaries, partition.summary, catalog, settings.directory, connection)
        var loaded = CatalogCounts()
        try CatalogStore.load(catalog, beyond: &loaded, connection, path, &damage)
        if let reason = damage.files[path] { throw .unreadable(path: path, reason: reason) }
        let tail = try partition.readTail()
        try Self.reserveNames(catalog, firsts, partition.extent, settings, &loaded, &damage)
        let last = max(partition.summary.lastSequence, max(1, firsts.last ?? 1) - 1)
        let lastTime = max(partition.summary.latestTime, sealed.summaries.last { !$0.isUnreadable }?.latestTime ?? 0)
        let run = try whileDoing("opening history in \(settings.directory)") { () throws(SQLiteError) in
            if let start { start } else { try WriterRun.start(connection, stored: last) }
        }
        let lost = try whileDoing("opening history in \(settings.directory)") { () throws(SQLiteError) in
            run.followsKilled ? try Self.lossOfKilledRun(connection, lastTime: lastTime) : nil
        }
        let status = HistoryStatus(storedThrough: last)
        let checkpointer = HistoryCheckpointer(settings, status)
        try whileDoing("opening history in \(settings.directory)") { () throws(SQLiteError) in
            try PartitionSummary.forget(opened.summaries.keys.filter { !firsts.contains($0) }, connection)
        }
        sealed.seal(checkpointer)
        status.holds(blocks: partition.summary.blocks + sealed.summaries.reduce(0) { $0 + $1.blocks })
        ageClock = AgeClock(
            period: settings.periodNanoseconds,
            start: [sealed.summaries.last { !$0.isUnreadable }?.latestTime, partition.summary.openedTime]
                .compactMap(\.self).min())
        self.lock = lock
        (self.status, self.checkpointer) = (status, checkpointer)
        encoder = BlockEncoder(
            capacity: max(
                settings.blockFlows, partition.drops.flows.count + DropWindow.most(inBlockOf: settings.blockFlows)))
        window = tail
        durableFlows = tail.count
        window.reserveCapacity(settings.blockFlows + settings.backlogFlows)
        (storeID, nextSequence, persisted) = (opened.id, run.next, loaded)
        (self.settings, self.catalog) = (settings, catalog)
        self.sealed = sealed.summaries.map(\.withoutSets)
        self.damage = damage
        prunedNames = pruned
        self.partition = partition
        self.connection = connection
        measureOthers()
        measureTimes()
        status.measured(bytes: otherBytes + DiskSpace.bytes(of: self.partition.path))
        if let loss = self.partition.missingTail(tail.count) { append(loss: loss) }
        if let lost { append(loss: lost) }
    }

    /// The partition to write on. Where the newest cannot be read, it stays as it is, and a new one goes on far behind it.
    ///
    /// - Parameter start: where it goes on then.
    private static func openNewest(
        _ firsts: inout [UInt64], _ settings: HistorySettings, _ connection: borrowing Connection,
        _ start: inout WriterRun.Start?, _ damage: inout StoreDamage
    ) throws(HistoryError) -> PartitionWriter {
        do throws(HistoryError) {
            return try PartitionWriter(firsts.last ?? 1, settings)
        } catch {
            guard error.isDamage, let first = firsts.last else { throw error }
            damage.note(file: StoreFile.partitionPath(settings.directory, first), "\(error)")
            let next = try whileDoing("opening history in \(settings.directory)") { () throws(SQLiteError) in
                try WriterRun.start(connection, afterUnreadable: first)
            }
            start = next
            firsts.append(next.next)
            return try PartitionWriter(next.next, settings)
        }
    }

    /// From the last stored flow up to now; how many were lost is not known, which a count of 0 says.
    private static func lossOfKilledRun(
        _ connection: borrowing Connection, lastTime: UInt64
    ) throws(SQLiteError) -> LostEvent {
        let now = try connection.integer("SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)") ?? 0
        let nanoseconds = UInt64(max(0, now)) * 1_000_000
        return LostEvent(
            place: .history, count: 0, firstNanoseconds: min(nanoseconds, lastTime), lastNanoseconds: nanoseconds)
    }

    /// From now on flows are shown to others before they are durable: should this process be killed, no later one gives
    /// them a sequence again. Durable when it returns.
    package func beginRun() throws(HistoryError) {
        try whileDoing("opening history in \(settings.directory)") { () throws(SQLiteError) in
            try WriterRun.begin(connection, at: nextSequence)
        }
    }

    /// Takes over flows that wait for the next commit. Their sequences rise and are at least `nextSequence`.
    ///
    /// Never waits for the disk. What does not fit the backlog is counted as lost.
    ///
    /// - Parameter now: from here on they wait.
    package mutating func append(_ flows: Span<Flow>, at now: ContinuousClock.Instant = .now) {
        guard flows.count > 0 else { return }
        precondition(flows[0].sequence >= nextSequence, "sequences rise")
        let accepted = min(flows.count, room)
        if accepted > 0 {
            for index in 0..<accepted { window.append(flows[index]) }
            if waitingSince == nil { waitingSince = now }
        }
        nextSequence = flows[flows.count - 1].sequence + 1
        if accepted < flows.count { lose(flows.extracting(accepted..<flows.count), now) }
        status.waits(waitingFlows)
    }

    /// Something waits for the next commit: flows or losses.
    package var hasUncommitted: Bool { waitingSince != nil }

    /// Flows that the backlog takes now; more would be counted as lost.
    package var room: Int { settings.backlogFlows - waitingFlows }

    var waitingFlows: Int { window.count - durableFlows }

    private mutating func lose(_ flows: Span<Flow>, _ now: ContinuousClock.Instant) {
        var times = (least: UInt64.max, most: UInt64(0))
        for index in 0..<flows.count {
            times.least = min(times.least, flows[index].timeNanoseconds)
            times.most = max(times.most, flows[index].timeNanoseconds)
        }
        status.lost(flows.count)
        append(
            loss: LostEvent(
                place: .history, count: UInt64(flows.count), firstNanoseconds: times.least, lastNanoseconds: times.most),
            at: now)
    }

    /// Keeps a gap for the next commit; one that follows another of the same place before that is merged with it.
    package mutating func append(loss: LostEvent, at now: ContinuousClock.Instant = .now) {
        if waitingSince == nil { waitingSince = now }
        guard let index = losses.firstIndex(where: { $0.place == loss.place }) else { return losses.append(loss) }
        losses[index].count += loss.count
        losses[index].firstNanoseconds = min(losses[index].firstNanoseconds, loss.firstNanoseconds)
        losses[index].lastNanoseconds = max(losses[index].lastNanoseconds, loss.lastNanoseconds)
    }
}
