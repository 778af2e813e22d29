import FlowModel
import SQLiteRuntime

/// Writes the live partition: its rows, within a transaction of the caller's, and what is to be known of it.
struct PartitionWriter: ~Copyable, Sendable {
    let connection: Connection
    let path: String
    private(set) var summary: PartitionSummary
    private(set) var drops: DropWindow
    private(set) var extent: PartitionExtent
    private var settledExtent: PartitionExtent
    private var statements: PartitionInserts
    private let blockFlows: Int

    /// Opens a partition, or creates it.
    init(_ firstSequence: UInt64, _ settings: HistorySettings) throws(HistoryError) {
        let path = StoreFile.partitionPath(settings.directory, firstSequence)
        let connection = try StoreFile.openForWriting(path, .flows, settings)
        var damage = StoreDamage()
        let (extent, summary) = try whileDoing("opening \(path)") { () throws(SQLiteError) in
            let extent = try Self.extent(connection)
            let summary = try PartitionSummary(connection, path, firstSequence: firstSequence, extent, &damage)
            return (extent, summary)
        }
        let drops = try Self.pendingDrops(path, firstSequence, connection, extent)
        let statements = try whileDoing("preparing to write \(path)") { () throws(SQLiteError) in
            try PartitionInserts(connection)
        }
        (self.path, self.summary, self.drops) = (path, summary, drops)
        (self.extent, settledExtent) = (extent, extent)
        self.statements = statements
        blockFlows = settings.blockFlows
        self.connection = connection
    }

    /// A damaged one is put right by the next commit.
    private static func extent(_ connection: borrowing Connection) throws(SQLiteError) -> PartitionExtent {
        var row = try connection.prepare(PartitionExtent.select)
        if case .whole(let extent) = try PartitionExtent.read(&row) { return extent }
        return try .recovered(connection)
    }

    /// The drops that no block of drops has yet.
    private static func pendingDrops(
        _ path: String, _ firstSequence: UInt64, _ connection: borrowing Connection, _ extent: PartitionExtent
    ) throws(HistoryError) -> DropWindow {
        let reached = extent.drops.flows == 0 ? 0 : extent.drops.lastSequence + 1
        guard extent.blocks.flows > 0, reached <= extent.blocks.lastSequence else { return DropWindow() }
        var reader = try PartitionReader(path, firstSequence: firstSequence)
        var cursor = HistoryCursor(
            order: .ascending, sequences: reached...extent.blocks.lastSequence, times: nil,
            filter: ColumnFilter(anyOf: [ColumnConditions(facts: [[.verdict(.dropped)]])]))
        var flows: [Flow] = []
        let blocks = try whileDoing("reading the last drops of \(path)") { () throws(SQLiteError) in
            while let batch = try reader.next(&cursor) { flows += batch }
            return try connection.integer(
                "SELECT count(*) FROM blocks WHERE first_sequence >= \(Int64(storable: reached))")
        }
        return DropWindow(flows, blocks: Int(blocks ?? 0))
    }

    /// The flows of `tail`, with which the next block begins. A row that cannot be decoded is passed over; readers have
    /// counted it as damaged.
    func readTail() throws(HistoryError) -> [Flow] {
        try whileDoing("reading the last flows of history") { () throws(SQLiteError) in
            var flows: [Flow] = []
            var blocks = try BlockReader(connection)
            var row = try connection.prepare("SELECT \(BlockKey.columns("tail")) FROM tail ORDER BY first_sequence")
            let all = HistoryCursor(order: .ascending, sequences: nil, times: nil, filter: ColumnFilter())
            while try row.step() {
                let key = BlockKey(row)
                guard key.isWhole, key.firstSequence > flows.last?.sequence ?? 0 else { continue }
                do throws(BlockFailure) {
                    try blocks.begin(key, row, column: BlockKey.dataColumn)
                    flows += try blocks.flows(all)
                } catch {}
            }
            return flows
        }
    }

    /// What of the tail cannot be read any more: no block will have it. It is not counted as stored from now on.
    mutating func missingTail(_ count: Int) -> LostEvent? {
        let expected = extent.all.flows - extent.blocks.flows
        guard UInt64(count) < expected else { return nil }
        summary.flows -= min(summary.flows, expected - UInt64(count))
        return LostEvent(
            place: .history, count: expected - UInt64(count), firstNanoseconds: summary.minimumTime,
            lastNanoseconds: summary.maximumTime)
    }

    // MARK: Rows

    /// Writes a block, and the block of drops that is due with it. Returns the bytes.
    mutating func insertBlock(_ flows: Span<Flow>, _ encoder: inout BlockEncoder) throws(SQLiteError) -> Int {
        let zone = Zone(flows)
        var bytes = 0
        if zone.drops == .many { bytes += try insertDrops(through: max(1, zone.firstSequence) - 1, &encoder) }
        encoder.encode(flows)
        zone.bind(encoder.sets, after: extent.blocks, to: &statements.block)
        try statements.block.run()
        extent.blocks = extent.blocks.following(zone)
        extent.note(zone)
        if zone.drops == .many { try insertDropZone(zone, encoder) }
        bytes += try Self.insertColumns(&statements.blockColumns, zone.firstSequence, encoder)
        summary.note(zone, encoder.sets)
        summary.blocks += 1
        drops.blocks += 1
        if zone.drops == .copied { drops.take(flows) }
        if drops.waiting.count > blockFlows - DropWindow.most(inBlockOf: blockFlows)
            || drops.blocks >= DropWindow.mostBlocks
        {
            bytes += try insertDrops(through: zone.lastSequence, &encoder)
        }
        return bytes
    }

    /// Writes the drops that wait, as those of all flows up to a sequence.
    mutating func insertDrops(through lastSequence: UInt64, _ encoder: inout BlockEncoder) throws(SQLiteError) -> Int {
        defer { drops.noteWritten() }
        if drops.waiting.isEmpty { return 0 }
        let all = drops.flows
        let flows = all.span.extracting(drops.waiting)
        var zone = Zone(flows)
        zone.lastSequence = max(zone.lastSequence, lastSequence)
        zone.drops = .copied
        encoder.encode(flows, isOfDrops: true)
        try insertDropZone(zone, encoder)
        return try Self.insertColumns(&statements.dropBlockColumns, zone.firstSequence, encoder)
    }

    private mutating func insertDropZone(_ zone: Zone, _ encoder: BlockEncoder) throws(SQLiteError) {
        zone.bind(encoder.sets, after: extent.drops, to: &statements.dropBlock)
        try statements.dropBlock.run()
        extent.drops = extent.drops.following(zone)
    }

    private static func insertColumns(
        _ row: inout Statement, _ firstSequence: UInt64, _ encoder: BlockEncoder
    ) throws(SQLiteError) -> Int {
        for group in BlockGroup.allCases {
            row.bind(Int64(storable: firstSequence) &* 4 &+ Int64(group.rawValue), at: 1)
            let words = encoder.groups[group.rawValue]
            row.bind(words.span, at: 2)
            try row.run()
        }
        return encoder.wordCount * 8
    }

    /// Writes what a commit leaves over. Returns the bytes.
    mutating func insertTail(_ flows: Span<Flow>, _ encoder: inout BlockEncoder) throws(SQLiteError) -> Int {
        encoder.encode(flows)
        let zone = Zone(flows)
        zone.bind(encoder.sets, after: extent.all, to: &statements.tail)
        extent.all = extent.all.following(zone)
        extent.note(zone)
        summary.note(zone, encoder.sets)
        let data = encoder.groups.flatMap(\.self)
        statements.tail.bind(data.span, at: 10)
        try statements.tail.run()
        return data.count * 8
    }

    /// After its flows were written as blocks.
    mutating func deleteTail() throws(SQLiteError) {
        try statements.deleteTail.run()
        extent.all = extent.blocks
    }

    mutating func insert(_ loss: LostEvent) throws(SQLiteError) {
        extent.losses += 1
        try LossRows.insert(loss, id: extent.losses, &statements.loss)
        summary.add(lossTimes: loss.times)
    }

    /// Writes what all tables hold now, as a transaction's last change.
    ///
    /// - Parameter names: how many the catalog has on disk.
    mutating func writeExtent(_ names: CatalogCounts) throws(SQLiteError) {
        extent.names = names
        try extent.write(&statements.extent)
    }

    /// Counts flows that are stored for the first time.
    mutating func count(_ flows: Int) { summary.flows += UInt64(flows) }

    // MARK: Commits

    mutating func didCommit() {
        drops.commit()
        settledExtent = extent
    }

    mutating func didRollBack(to earlier: PartitionSummary) {
        summary = earlier
        extent = settledExtent
        drops.rollBack()
    }

    /// Of the file itself.
    mutating func bytes() throws(SQLiteError) -> UInt64 {
        let pages = try statements.pageCount.step() ? statements.pageCount.integer(0) : 0
        statements.pageCount.reset()
        return UInt64(max(0, pages)) * UInt64(StoreFile.pageBytes)
    }
}

private struct PartitionInserts: ~Copyable, Sendable {
    var block: Statement
    var blockColumns: Statement
    var dropBlock: Statement
    var dropBlockColumns: Statement
    var tail: Statement
    var deleteTail: Statement
    var loss: Statement
    var extent: Statement
    var pageCount: Statement

    init(_ connection: borrowing Connection) throws(SQLiteError) {
        let block = try connection.prepare(Zone.table("blocks").insert())
        let blockColumns = try connection.prepare("INSERT INTO block_columns VALUES (?, ?)")
        let dropBlock = try connection.prepare(Zone.table("drop_blocks").insert())
        let dropBlockColumns = try connection.prepare("INSERT INTO drop_block_columns VALUES (?, ?)")
        let tail = try connection.prepare(Zone.table("tail").insert(unchecked: "data"))
        let deleteTail = try connection.prepare("DELETE FROM tail")
        let loss = try connection.prepare(LossRows.table.insert())
        let extent = try connection.prepare(PartitionExtent.table.insert(orReplace: true))
        let pageCount = try connection.prepare("PRAGMA page_count")
        self.block = block
        self.blockColumns = blockColumns
        self.dropBlock = dropBlock
        self.dropBlockColumns = dropBlockColumns
        self.tail = tail
        self.deleteTail = deleteTail
        self.loss = loss
        self.extent = extent
        self.pageCount = pageCount
    }
}
