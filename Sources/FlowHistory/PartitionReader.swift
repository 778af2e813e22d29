import FlowModel
import SQLiteRuntime

/// Reads one partition, sealed or live.
struct PartitionReader: ~Copyable, Sendable {
    let firstSequence: UInt64
    let connection: Connection
    private var statements: PartitionStatements
    private var blocks: BlockReader
    /// The sets of the block that is being looked at.
    private var sets: [UInt8] = []

    init(_ path: String, firstSequence: UInt64) throws(HistoryError) {
        let connection = try StoreFile.openForReading(path, .flows)
        let statements = try whileDoing("preparing to read \(path)") { () throws(SQLiteError) in
            try PartitionStatements(connection)
        }
        let blocks = try whileDoing("preparing to read \(path)") { () throws(SQLiteError) in
            try BlockReader(connection)
        }
        self.firstSequence = firstSequence
        self.statements = statements
        self.blocks = blocks
        self.connection = connection
    }

    /// The flows of the next block, or the next blocks where they have few, or, where the query comes to the tail, of
    /// all of the tail; nil if the partition has nothing more.
    mutating func next(_ cursor: inout HistoryCursor) throws(SQLiteError) -> [Flow]? {
        // One snapshot for blocks and tail: a block cannot come into being between them.
        let snapshot = try Transaction(connection, .deferred)
        let flows = try cursor.order == .ascending ? nextUp(&cursor) : nextDown(&cursor)
        snapshot.end()
        return flows
    }

    private mutating func nextUp(_ cursor: inout HistoryCursor) throws(SQLiteError) -> [Flow]? {
        let flows =
            cursor.wantsDropsOnly
            ? try Self.nextBlock(&statements.dropsUp, &blocks, &sets, &cursor)
            : try Self.nextBlock(&statements.blocksUp, &blocks, &sets, &cursor)
        if let flows { return flows }
        return try Self.readTail(&statements.tailUp, &blocks, &sets, &cursor)
    }

    private mutating func nextDown(_ cursor: inout HistoryCursor) throws(SQLiteError) -> [Flow]? {
        if let flows = try Self.readTail(&statements.tailDown, &blocks, &sets, &cursor) { return flows }
        return cursor.wantsDropsOnly
            ? try Self.nextBlock(&statements.dropsDown, &blocks, &sets, &cursor)
            : try Self.nextBlock(&statements.blocksDown, &blocks, &sets, &cursor)
    }

    private static func nextBlock(
        _ zones: inout Statement, _ blocks: inout BlockReader, _ sets: inout [UInt8], _ cursor: inout HistoryCursor
    ) throws(SQLiteError) -> [Flow]? {
        defer { zones.reset() }
        var flows: [Flow] = []
        cursor.bind(to: &zones)
        while flows.count < enoughFlows, try zones.step() {
            let key = BlockKey(zones)
            defer { cursor.pass(key) }
            zones.copyBytes(BlockKey.setsColumn, into: &sets)
            guard cursor.filter.mayMatch(sets) else { continue }
            blocks.begin(key)
            flows += try read(&blocks, key, &cursor)
        }
        return flows.isEmpty ? nil : flows
    }

    /// Blocks are read under one snapshot until they have given so many flows: beginning one for each would cost more
    /// than reading a block of which few flows are wanted.
    private static let enoughFlows = 128

    private static func readTail(
        _ rows: inout Statement, _ blocks: inout BlockReader, _ sets: inout [UInt8], _ cursor: inout HistoryCursor
    ) throws(SQLiteError) -> [Flow]? {
        defer { rows.reset() }
        var flows: [Flow] = []
        cursor.bind(to: &rows)
        while try rows.step() {
            let key = BlockKey(rows)
            defer { cursor.pass(key) }
            rows.copyBytes(BlockKey.setsColumn, into: &sets)
            guard cursor.filter.mayMatch(sets) else { continue }
            do throws(BlockFailure) {
                try blocks.begin(key, rows, column: BlockKey.setsColumn + 1)
            } catch {
                try note(error, key, &cursor)
                continue
            }
            flows += try read(&blocks, key, &cursor)
        }
        return flows.isEmpty ? nil : flows
    }

    private static func read(
        _ blocks: inout BlockReader, _ key: BlockKey, _ cursor: inout HistoryCursor
    ) throws(SQLiteError) -> [Flow] {
        do throws(BlockFailure) {
            return try blocks.flows(cursor)
        } catch {
            try note(error, key, &cursor)
            return []
        }
    }

    /// Sums up the flows of the query in the whole partition, under one snapshot.
    mutating func aggregate(_ cursor: inout HistoryCursor, into table: inout GroupTable) throws(SQLiteError) {
        let snapshot = try Transaction(connection, .deferred)
        if cursor.wantsDropsOnly {
            try Self.aggregate(&statements.dropsUp, isTail: false, &blocks, &sets, &cursor, &table)
        } else {
            try Self.aggregate(&statements.blocksUp, isTail: false, &blocks, &sets, &cursor, &table)
        }
        try Self.aggregate(&statements.tailUp, isTail: true, &blocks, &sets, &cursor, &table)
        snapshot.end()
    }

    private static func aggregate(
        _ zones: inout Statement, isTail: Bool, _ blocks: inout BlockReader, _ sets: inout [UInt8],
        _ cursor: inout HistoryCursor, _ table: inout GroupTable
    ) throws(SQLiteError) {
        defer { zones.reset() }
        cursor.bind(to: &zones)
        while try zones.step() {
            let key = BlockKey(zones)
            defer { cursor.pass(key) }
            zones.copyBytes(BlockKey.setsColumn, into: &sets)
            guard cursor.filter.mayMatch(sets) else { continue }
            do throws(BlockFailure) {
                if isTail {
                    try blocks.begin(key, zones, column: BlockKey.setsColumn + 1)
                } else {
                    blocks.begin(key)
                }
                let rows = try blocks.rows(cursor)
                guard !rows.isEmpty else { continue }
                for group in table.blockGroups { try blocks.need(group) }
                table.add(rows, of: &blocks.decoder)
            } catch {
                try note(error, key, &cursor)
            }
        }
    }

    private static func note(
        _ failure: BlockFailure, _ key: BlockKey, _ cursor: inout HistoryCursor
    ) throws(SQLiteError) {
        switch failure {
        case .sqlite(let error): throw error
        case .damage(let damage): cursor.noteDamage(key, damage.reason)
        }
    }
}

/// A partition's prepared queries for zones: the blocks and the tail, upwards and downwards, and the same where drops
/// alone are wanted. In sequence, all blocks come before the tail.
private struct PartitionStatements: ~Copyable, Sendable {
    var blocksUp: Statement
    var blocksDown: Statement
    var dropsUp: Statement
    var dropsDown: Statement
    var tailUp: Statement
    var tailDown: Statement

    init(_ connection: borrowing Connection) throws(SQLiteError) {
        let blocksUp = try connection.prepare(Self.blocks + "ORDER BY first_sequence")
        let blocksDown = try connection.prepare(Self.blocks + "ORDER BY first_sequence DESC")
        let dropsUp = try connection.prepare(Self.drops + "ORDER BY 1")
        let dropsDown = try connection.prepare(Self.drops + "ORDER BY 1 DESC")
        let tailUp = try connection.prepare(Self.tail + "ORDER BY first_sequence")
        let tailDown = try connection.prepare(Self.tail + "ORDER BY first_sequence DESC")
        self.blocksUp = blocksUp
        self.blocksDown = blocksDown
        self.dropsUp = dropsUp
        self.dropsDown = dropsDown
        self.tailUp = tailUp
        self.tailDown = tailDown
    }

    private static let blocks = zones("blocks", isOfDrops: 0, more: "")
    private static let tail = zones("tail", isOfDrops: 0, columns: ", data", more: "")
    /// Blocks of drops; blocks that keep their drops alone; and those that no block of drops reaches yet.
    private static let drops = """
        \(zones("drop_blocks", isOfDrops: 1, more: "")) UNION ALL
        \(zones("blocks", isOfDrops: 0, more: "AND drops = 2")) UNION ALL
        \(zones("blocks", isOfDrops: 0, more: """
            AND drops = 1 AND first_sequence >
            ifnull((SELECT last_sequence FROM drop_blocks ORDER BY first_sequence DESC LIMIT 1), -1)
            """))

        """

    /// 1 and 2: sequences, 3 and 4: times. The first condition lets the search begin at the block that may hold
    /// sequence 1: the last that starts at or before it.
    private static func zones(_ table: String, isOfDrops: Int, columns: String = "", more: String) -> String {
        """
        SELECT \(BlockKey.columns), \(isOfDrops), sets\(columns) FROM \(table)
        WHERE first_sequence >= ifnull((SELECT max(first_sequence) FROM \(table) WHERE first_sequence <= ?1), ?1)
        AND first_sequence <= ?2 AND last_sequence >= ?1 AND max_time_ns >= ?3 AND min_time_ns <= ?4 \(more)

        """
    }
}
