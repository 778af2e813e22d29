import FlowModel
import SQLiteRuntime

/// The reader's prepared statements. Blocks and tail answer the same query; in sequence, all blocks come before the
/// tail.
struct ReaderStatements: ~Copyable, Sendable {
    var nextBlock: Statement
    var previousBlock: Statement
    var payload: Statement
    var tailUp: Statement
    var tailDown: Statement
    /// The highest index in each of the catalog's tables.
    var catalogEnds: Statement

    init(_ connection: borrowing Connection) throws(SQLiteError) {
        let nextBlock = try connection.prepare(Self.zones("blocks", columns: "", "ASC LIMIT 1"))
        let previousBlock = try connection.prepare(Self.zones("blocks", columns: "", "DESC LIMIT 1"))
        let payload = try connection.prepare("SELECT payload FROM block_payloads WHERE first_sequence = ?")
        let tailUp = try connection.prepare(Self.zones("tail", columns: ", payload", "ASC"))
        let tailDown = try connection.prepare(Self.zones("tail", columns: ", payload", "DESC"))
        let catalogEnds = try connection.prepare(
            """
            SELECT (SELECT max(id) FROM endpoints), (SELECT max(id) FROM services), (SELECT max(id) FROM rules),
                (SELECT max(id) FROM names)
            """)
        self.nextBlock = nextBlock
        self.previousBlock = previousBlock
        self.payload = payload
        self.tailUp = tailUp
        self.tailDown = tailDown
        self.catalogEnds = catalogEnds
    }

    /// 1 and 2: sequences, 3 and 4: times, 5: verdicts, 6: kinds. The first condition lets the search begin at the
    /// block that may hold sequence 1: the last that starts at or before it.
    private static func zones(_ table: String, columns: String, _ order: String) -> String {
        """
        SELECT first_sequence, last_sequence, flow_count\(columns) FROM \(table)
        WHERE first_sequence >= ifnull((SELECT max(first_sequence) FROM \(table) WHERE first_sequence <= ?1), ?1)
        AND first_sequence <= ?2 AND last_sequence >= ?1 AND max_time_ns >= ?3 AND min_time_ns <= ?4
        AND (verdict_bits & ?5) != 0 AND (kind_bits & ?6) != 0
        ORDER BY first_sequence \(order)
        """
    }
}

extension HistoryCursor {
    func bind(to statement: inout Statement) {
        statement.bind(Int64(storable: low), at: 1)
        statement.bind(Int64(storable: high), at: 2)
        statement.bind(Int64(storable: times.lowerBound), at: 3)
        statement.bind(Int64(storable: times.upperBound), at: 4)
        statement.bind(verdicts.map { Int64(bitPattern: $0.folded) } ?? -1, at: 5)
        statement.bind(kinds.map { Int64(bitPattern: $0.folded) } ?? -1, at: 6)
    }
}

extension BlockKey {
    /// The first three columns of a zone map's row.
    init(_ row: borrowing Statement) {
        firstSequence = UInt64(max(0, row.integer(0)))
        lastSequence = UInt64(max(0, row.integer(1)))
        flowCount = Int(row.integer(2))
    }
}

extension HistoryReader {
    /// The query's next block or, where it comes to the tail, all of the tail; empty if none of its flows is asked for,
    /// nil if there is nothing more.
    mutating func nextBatch(_ cursor: inout HistoryCursor) throws(SQLiteError) -> [Flow]? {
        // One snapshot for blocks and tail: a block cannot come into being between them.
        let snapshot = try Transaction(connection, .deferred)
        let flows = try nextBlockOrTail(&cursor)
        snapshot.end()
        return flows
    }

    private mutating func nextBlockOrTail(_ cursor: inout HistoryCursor) throws(SQLiteError) -> [Flow]? {
        switch cursor.order {
        case .ascending:
            if let flows = try nextBlock(&cursor) { return flows }
            return try nextTail(&cursor)
        case .descending:
            if let flows = try nextTail(&cursor) { return flows }
            return try nextBlock(&cursor)
        }
    }

    private mutating func nextBlock(_ cursor: inout HistoryCursor) throws(SQLiteError) -> [Flow]? {
        guard let key = try findBlock(cursor) else { return nil }
        defer { cursor.pass(key) }
        if let damage = try fetch(key) {
            cursor.noteDamage(key, damage.reason)
            return []
        }
        return decoder.select(key, cursor)
    }

    private mutating func findBlock(_ cursor: HistoryCursor) throws(SQLiteError) -> BlockKey? {
        switch cursor.order {
        case .ascending: return try Self.find(&statements.nextBlock, cursor)
        case .descending: return try Self.find(&statements.previousBlock, cursor)
        }
    }

    private static func find(_ zones: inout Statement, _ cursor: HistoryCursor) throws(SQLiteError) -> BlockKey? {
        cursor.bind(to: &zones)
        guard try zones.step() else { return nil }
        defer { zones.reset() }
        return BlockKey(zones)
    }

    /// Brings the block's payload into the decoder; returns why it cannot be read.
    mutating func fetch(_ key: BlockKey) throws(SQLiteError) -> BlockDamage? {
        defer { statements.payload.reset() }
        statements.payload.bind(Int64(storable: key.firstSequence), at: 1)
        do throws(SQLiteError) {
            guard try statements.payload.step() else { return BlockDamage("its payload is missing") }
        } catch {
            guard error.code == .corrupt || error.code == .ioError else { throw error }
            return BlockDamage("its payload cannot be read: \(error.message)")
        }
        return decoder.open(statements.payload, column: 0, key)
    }

    private mutating func nextTail(_ cursor: inout HistoryCursor) throws(SQLiteError) -> [Flow]? {
        switch cursor.order {
        case .ascending: return try Self.readTail(&statements.tailUp, &decoder, &cursor)
        case .descending: return try Self.readTail(&statements.tailDown, &decoder, &cursor)
        }
    }

    private static func readTail(
        _ rows: inout Statement, _ decoder: inout BlockDecoder, _ cursor: inout HistoryCursor
    ) throws(SQLiteError) -> [Flow]? {
        var flows: [Flow]?
        cursor.bind(to: &rows)
        while try rows.step() {
            let key = BlockKey(rows)
            if let damage = decoder.open(rows, column: 3, key) {
                cursor.noteDamage(key, damage.reason)
                flows = flows ?? []
            } else {
                flows = (flows ?? []) + decoder.select(key, cursor)
            }
            cursor.pass(key)
        }
        return flows
    }
}
