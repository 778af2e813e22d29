import FlowModel
import SQLiteRuntime

/// Writes the live partition: its rows, within a transaction of the caller's, and what is to be known of it.
struct PartitionWriter: ~Copyable, Sendable {
    let connection: Connection
    let path: String
    private(set) var summary: PartitionSummary
    private(set) var drops: DropWindow
    private var statements: PartitionInserts
    private let blockFlows: Int

    /// Opens a partition, or creates it.
    init(_ firstSequence: UInt64, _ settings: HistorySettings) throws(HistoryError) {
        let path = StoreFile.partitionPath(settings.directory, firstSequence)
        let connection = try StoreFile.openForWriting(path, .flows, settings)
        let summary = try whileDoing("opening \(path)") { () throws(SQLiteError) in
            try PartitionSummary(connection, firstSequence: firstSequence)
        }
        let drops = try Self.pendingDrops(path, firstSequence, connection)
        let statements = try whileDoing("preparing to write \(path)") { () throws(SQLiteError) in
            try PartitionInserts(connection)
        }
        (self.path, self.summary, self.drops) = (path, summary, drops)
        self.statements = statements
        blockFlows = settings.blockFlows
        self.connection = connection
    }

    /// The drops that no block of drops has yet.
    private static func pendingDrops(
        _ path: String, _ firstSequence: UInt64, _ connection: borrowing Connection
    ) throws(HistoryError) -> DropWindow {
        let pending = try whileDoing("reading \(path)") { () throws(SQLiteError) in
            let reached = try connection.integer("SELECT max(last_sequence) FROM drop_blocks") ?? -1
            return try (
                first: connection.integer(
                    "SELECT min(first_sequence) FROM blocks WHERE drops = 1 AND first_sequence > \(reached)"),
                last: connection.integer("SELECT max(last_sequence) FROM blocks") ?? 0,
                blocks: connection.integer("SELECT count(*) FROM blocks WHERE first_sequence > \(reached)") ?? 0
            )
        }
        guard let first = pending.first else { return DropWindow() }
        var reader = try PartitionReader(path, firstSequence: firstSequence)
        var cursor = HistoryCursor(
            order: .ascending, sequences: UInt64(max(0, first))...UInt64(max(first, pending.last)), times: nil,
            filter: ColumnFilter(anyOf: [ColumnConditions(facts: [[.verdict(.dropped)]])]))
        var flows: [Flow] = []
        do throws(SQLiteError) {
            while let batch = try reader.next(&cursor) { flows += batch }
        } catch {
            throw .sqlite(doing: "reading the last drops of \(path)", error)
        }
        return DropWindow(flows, blocks: Int(pending.blocks))
    }

    /// The flows of `tail`, with which the next block begins. A row that cannot be decoded is passed over; readers have
    /// counted it as damaged.
    func readTail() throws(HistoryError) -> [Flow] {
        try whileDoing("reading the last flows of history") { () throws(SQLiteError) in
            var flows: [Flow] = []
            var blocks = try BlockReader(connection)
            var row = try connection.prepare(
                "SELECT \(BlockKey.columns), 0, sets, data FROM tail ORDER BY first_sequence")
            let all = HistoryCursor(order: .ascending, sequences: nil, times: nil, filter: ColumnFilter())
            while try row.step() {
                do throws(BlockFailure) {
                    try blocks.begin(BlockKey(row), row, column: BlockKey.setsColumn + 1)
                    flows += try blocks.flows(all)
                } catch {}
            }
            return flows
        }
    }

    // MARK: Rows

    /// Writes a block, and the block of drops that is due with it. Returns the bytes.
    mutating func insertBlock(_ flows: Span<Flow>, _ encoder: inout BlockEncoder) throws(SQLiteError) -> Int {
        let zone = Zone(flows)
        var bytes = 0
        if zone.drops == .many { bytes += try insertDrops(through: max(1, zone.firstSequence) - 1, &encoder) }
        encoder.encode(flows)
        zone.bind(encoder.sets, to: &statements.block)
        try statements.block.run()
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
        encoder.encode(flows)
        zone.bind(encoder.sets, to: &statements.dropBlock)
        try statements.dropBlock.run()
        return try Self.insertColumns(&statements.dropBlockColumns, zone.firstSequence, encoder)
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
        zone.bind(encoder.sets, to: &statements.tail)
        summary.note(zone, encoder.sets)
        let data = encoder.groups.flatMap(\.self)
        statements.tail.bind(data.span, at: 8)
        try statements.tail.run()
        return data.count * 8
    }

    mutating func deleteTail() throws(SQLiteError) { try statements.deleteTail.run() }

    mutating func insert(_ loss: LostEvent) throws(SQLiteError) {
        statements.loss.bind(loss.place.rawValue, at: 1)
        statements.loss.bind(Int64(storable: loss.count), at: 2)
        statements.loss.bind(Int64(storable: loss.firstNanoseconds), at: 3)
        statements.loss.bind(Int64(storable: loss.lastNanoseconds), at: 4)
        try statements.loss.run()
        summary.add(
            lossTimes: loss.firstNanoseconds...max(loss.firstNanoseconds, loss.lastNanoseconds))
    }

    /// Counts flows that are stored for the first time.
    mutating func count(_ flows: Int) { summary.flows += UInt64(flows) }

    // MARK: Commits

    mutating func didCommit() { drops.commit() }

    mutating func didRollBack(to earlier: PartitionSummary) {
        summary = earlier
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
    var pageCount: Statement

    init(_ connection: borrowing Connection) throws(SQLiteError) {
        let block = try connection.prepare("INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?)")
        let blockColumns = try connection.prepare("INSERT INTO block_columns VALUES (?, ?)")
        let dropBlock = try connection.prepare("INSERT INTO drop_blocks VALUES (?, ?, ?, ?, ?, ?, ?)")
        let dropBlockColumns = try connection.prepare("INSERT INTO drop_block_columns VALUES (?, ?)")
        let tail = try connection.prepare("INSERT INTO tail VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        let deleteTail = try connection.prepare("DELETE FROM tail")
        let loss = try connection.prepare(
            "INSERT INTO losses (place, lost_count, first_time_ns, last_time_ns) VALUES (?, ?, ?, ?)")
        let pageCount = try connection.prepare("PRAGMA page_count")
        self.block = block
        self.blockColumns = blockColumns
        self.dropBlock = dropBlock
        self.dropBlockColumns = dropBlockColumns
        self.tail = tail
        self.deleteTail = deleteTail
        self.loss = loss
        self.pageCount = pageCount
    }
}
