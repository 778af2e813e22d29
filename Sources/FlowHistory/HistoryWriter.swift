package import FlowCatalog
package import FlowModel
import SQLiteRuntime

/// Writes flows to disk. The `apus-history` thread owns it; only `status` is shared.
///
/// ```
/// append ─► window: [ durable in `tail` │ waiting ]      commit: one transaction
///                    0 … blockFlows - 1   … backlogFlows    full blocks ─► blocks, block_payloads; `tail` emptied
///                                                           the rest    ─► one row of `tail`
/// ```
/// A flow waits for `commitInterval` at most, and less when a block fills up before. If the disk refuses, the flows
/// stay in the window and the next commit tries again; what the window cannot take is counted as lost.
package struct HistoryWriter: ~Copyable, Sendable {
    let settings: HistorySettings
    let catalog: FlowCatalog
    package let status: HistoryStatus
    package let storeID: StoreID
    /// The sequence that the next flow should have: the last stored one + 1, also over restarts and retention; from 1.
    package private(set) var nextSequence: UInt64

    var connection: Connection
    var statements: WriterStatements
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
    /// Declared last: released when all else is closed.
    private let lock: WriterLock

    /// Opens the store, creates it if need be, and fills the catalog with the names of its flows.
    ///
    /// - Parameter catalog: fresh, or with exactly the store's elements at the store's indices.
    package init(_ settings: HistorySettings, catalog: FlowCatalog) throws(HistoryError) {
        precondition((1...BlockFormat.maximumFlows).contains(settings.blockFlows), "blocks have 1 to 65,536 flows")
        precondition(settings.backlogFlows >= settings.blockFlows, "the backlog holds a block at least")
        let lock = try Self.lock(settings.directory)
        let connection = try StoreFile.openForWriting(settings)
        try StoreFile.migrate(connection, settings.directory)
        var loaded = CatalogCounts()
        try CatalogStore.load(catalog, beyond: &loaded, connection)
        let opened = try whileDoing("opening history in \(settings.directory)") { () throws(SQLiteError) in
            try StoreMeta.setNodeName(connection, settings.nodeName)
            return (
                id: try StoreMeta.establishID(connection), last: try StoreMeta.lastSequence(connection),
                blocks: try connection.integer("SELECT count(*) FROM blocks") ?? 0,
                pages: try connection.integer("PRAGMA page_count") ?? 0
            )
        }
        let statements = try whileDoing("preparing to write history") { () throws(SQLiteError) in
            try WriterStatements(connection)
        }
        let status = HistoryStatus(
            blocks: UInt64(opened.blocks), bytes: UInt64(opened.pages) * UInt64(StoreFile.pageBytes),
            storedThrough: opened.last)
        let checkpointer = try HistoryCheckpointer(settings, status)
        let tail = try Self.readTail(connection)
        self.lock = lock
        (self.status, self.checkpointer) = (status, checkpointer)
        encoder = BlockEncoder(blockFlows: settings.blockFlows)
        window = tail
        durableFlows = tail.count
        window.reserveCapacity(settings.blockFlows + settings.backlogFlows)
        (storeID, nextSequence, persisted) = (opened.id, opened.last + 1, loaded)
        (self.settings, self.catalog) = (settings, catalog)
        self.connection = connection
        self.statements = statements
    }

    private static func lock(_ directory: String) throws(HistoryError) -> WriterLock {
        do throws(WriterLock.Failure) {
            return try WriterLock(directory: directory, fileName: "writer.lock")
        } catch {
            switch error {
            case .held(let processID): throw .anotherWriter(directory: directory, processID: processID)
            case .system(let call, let path, let message): throw .directory(path: path, message: "\(call): \(message)")
            }
        }
    }

    /// Takes over flows that wait for the next commit. Their sequences rise and are at least `nextSequence`.
    ///
    /// Never waits for the disk. What does not fit the backlog is counted as lost.
    package mutating func append(_ flows: Span<Flow>) {
        guard flows.count > 0 else { return }
        precondition(flows[0].sequence >= nextSequence, "sequences rise")
        let accepted = min(flows.count, settings.backlogFlows - waitingFlows)
        if accepted > 0 {
            for index in 0..<accepted { window.append(flows[index]) }
            nextSequence = flows[accepted - 1].sequence + 1
            if waitingSince == nil { waitingSince = .now }
        }
        if accepted < flows.count { lose(flows.extracting(accepted..<flows.count)) }
        status.waits(waitingFlows)
    }

    /// Something waits for the next commit: flows or losses.
    package var hasUncommitted: Bool { waitingSince != nil }

    var waitingFlows: Int { window.count - durableFlows }

    private mutating func lose(_ flows: Span<Flow>) {
        var times = (least: UInt64.max, most: UInt64(0))
        for index in 0..<flows.count {
            times.least = min(times.least, flows[index].timeNanoseconds)
            times.most = max(times.most, flows[index].timeNanoseconds)
        }
        status.lost(flows.count)
        append(
            loss: LostEvent(
                place: .history, count: UInt64(flows.count), firstNanoseconds: times.least, lastNanoseconds: times.most)
        )
    }

    /// Keeps a gap for the next commit; one that follows another of the same place before that is merged with it.
    package mutating func append(loss: LostEvent) {
        if waitingSince == nil { waitingSince = .now }
        guard let index = losses.firstIndex(where: { $0.place == loss.place }) else { return losses.append(loss) }
        losses[index].count += loss.count
        losses[index].firstNanoseconds = min(losses[index].firstNanoseconds, loss.firstNanoseconds)
        losses[index].lastNanoseconds = max(losses[index].lastNanoseconds, loss.lastNanoseconds)
    }
}

/// The writer's prepared statements.
struct WriterStatements: ~Copyable, Sendable {
    var insertBlock: Statement
    var insertPayload: Statement
    var insertTail: Statement
    var deleteTail: Statement
    var insertLoss: Statement
    var pageCount: Statement

    init(_ connection: borrowing Connection) throws(SQLiteError) {
        let insertBlock = try connection.prepare("INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        let insertPayload = try connection.prepare("INSERT INTO block_payloads VALUES (?, ?)")
        let insertTail = try connection.prepare("INSERT INTO tail VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        let deleteTail = try connection.prepare("DELETE FROM tail")
        let insertLoss = try connection.prepare(
            "INSERT INTO losses (place, lost_count, first_time_ns, last_time_ns) VALUES (?, ?, ?, ?)")
        let pageCount = try connection.prepare("PRAGMA page_count")
        self.insertBlock = insertBlock
        self.insertPayload = insertPayload
        self.insertTail = insertTail
        self.deleteTail = deleteTail
        self.insertLoss = insertLoss
        self.pageCount = pageCount
    }
}
