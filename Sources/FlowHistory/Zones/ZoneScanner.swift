import SQLiteRuntime

/// Finds the blocks of a partition that a query must look at, in its order, and notes in the cursor which are missing.
struct ZoneScanner: ~Copyable, Sendable {
    private let firstSequence: UInt64
    private var statements: ZoneStatements
    private var rows: ZoneRows

    init(_ connection: borrowing Connection, _ path: String, _ firstSequence: UInt64) throws(SQLiteError) {
        let statements = try ZoneStatements(connection)
        self.firstSequence = firstSequence
        self.statements = statements
        rows = ZoneRows(path: path)
    }

    /// Calls the body for each block until it has enough. Rows that the query's times or sets exclude are checked and
    /// passed over; the cursor is moved along.
    mutating func scan(_ cursor: inout HistoryCursor, _ body: ZoneRows.Body) throws(SQLiteError) {
        let extent = try rows.extent(&statements.extent, &cursor.damage)
        // Without an extent it is not known how far the blocks of drops reach. The blocks have all drops, too.
        let drops = cursor.wantsDropsOnly ? extent?.drops ?? ChainEnd() : ChainEnd()
        let behind = drops.flows == 0 ? 0 : drops.lastSequence + 1
        switch cursor.order {
        case .ascending:
            if try scanDrops(&cursor, below: behind, drops, body) {
                _ = try scanBlocks(&cursor, from: behind, extent?.all, body)
            }
        case .descending:
            if try scanBlocks(&cursor, from: behind, extent?.all, body) {
                _ = try scanDrops(&cursor, below: behind, drops, body)
            }
        }
    }

    /// - Returns: false if the body has enough.
    private mutating func scanDrops(
        _ cursor: inout HistoryCursor, below bound: UInt64, _ end: ChainEnd, _ body: ZoneRows.Body
    ) throws(SQLiteError) -> Bool {
        guard bound > 0, let wanted = wanted(cursor, 0, bound - 1) else { return true }
        rows.walk = ZoneWalk(cursor.order, wanted, end: end)
        let goesOn =
            switch cursor.order {
            case .ascending: try rows.run(&statements.dropsUp, &cursor, body)
            case .descending: try rows.run(&statements.dropsDown, &cursor, body)
            }
        if goesOn { rows.finish(end, &cursor) }
        return goesOn
    }

    /// The blocks and the tail: in sequence, all blocks come before it.
    private mutating func scanBlocks(
        _ cursor: inout HistoryCursor, from bound: UInt64, _ end: ChainEnd?, _ body: ZoneRows.Body
    ) throws(SQLiteError) -> Bool {
        guard let wanted = wanted(cursor, bound, .max) else { return true }
        rows.walk = ZoneWalk(cursor.order, wanted, end: end)
        switch cursor.order {
        case .ascending:
            guard try rows.run(&statements.blocksUp, &cursor, body) else { return false }
            guard try rows.run(&statements.tailUp, isTail: true, &cursor, body) else { return false }
        case .descending:
            guard try rows.run(&statements.tailDown, isTail: true, &cursor, body) else { return false }
            guard try rows.run(&statements.blocksDown, &cursor, body) else { return false }
        }
        rows.finish(end, &cursor)
        return true
    }

    /// What the query has left between two bounds.
    private func wanted(_ cursor: HistoryCursor, _ low: UInt64, _ high: UInt64) -> ClosedRange<UInt64>? {
        let low = max(cursor.low, low, firstSequence)
        let high = min(cursor.high, high)
        return low <= high ? low...high : nil
    }
}

/// A partition's prepared queries for zones, upwards and downwards. The parameter is the lowest, or the highest, sequence
/// that is wanted; the first row is the one before it, which vouches for the next.
private struct ZoneStatements: ~Copyable, Sendable {
    var extent: Statement
    var blocksUp: Statement
    var blocksDown: Statement
    var dropsUp: Statement
    var dropsDown: Statement
    var tailUp: Statement
    var tailDown: Statement

    init(_ connection: borrowing Connection) throws(SQLiteError) {
        let extent = try connection.prepare(PartitionExtent.select)
        let blocksUp = try connection.prepare(Self.up("blocks"))
        let blocksDown = try connection.prepare(Self.down("blocks"))
        let dropsUp = try connection.prepare(Self.up("drop_blocks"))
        let dropsDown = try connection.prepare(Self.down("drop_blocks"))
        let tailUp = try connection.prepare(Self.up("tail"))
        let tailDown = try connection.prepare(Self.down("tail"))
        self.extent = extent
        self.blocksUp = blocksUp
        self.blocksDown = blocksDown
        self.dropsUp = dropsUp
        self.dropsDown = dropsDown
        self.tailUp = tailUp
        self.tailDown = tailDown
    }

    private static func up(_ table: String) -> String {
        """
        SELECT \(BlockKey.columns(table)) FROM \(table)
        WHERE first_sequence >= ifnull((SELECT max(first_sequence) FROM \(table) WHERE first_sequence < ?1), ?1)
        ORDER BY first_sequence
        """
    }

    private static func down(_ table: String) -> String {
        """
        SELECT \(BlockKey.columns(table)) FROM \(table)
        WHERE first_sequence <= ifnull((SELECT min(first_sequence) FROM \(table) WHERE first_sequence > ?1), ?1)
        ORDER BY first_sequence DESC
        """
    }
}
