import FlowModel
import SQLiteRuntime

/// Reads one partition, sealed or live.
struct PartitionReader: ~Copyable, Sendable {
    let firstSequence: UInt64
    let connection: Connection
    let path: String
    private var zones: ZoneScanner
    private var blocks: BlockReader

    init(_ path: String, firstSequence: UInt64) throws(HistoryError) {
        let connection = try StoreFile.openForReading(path, .flows)
        let zones = try whileDoing("preparing to read \(path)") { () throws(SQLiteError) in
            try ZoneScanner(connection, path, firstSequence)
        }
        let blocks = try whileDoing("preparing to read \(path)") { () throws(SQLiteError) in
            try BlockReader(connection)
        }
        self.firstSequence = firstSequence
        self.path = path
        self.zones = zones
        self.blocks = blocks
        self.connection = connection
    }

    /// The flows of the next block, or the next blocks where they have few, or, where the query comes to the tail, of
    /// all of the tail; nil if the partition has nothing more.
    mutating func next(_ cursor: inout HistoryCursor) throws(SQLiteError) -> [Flow]? {
        // One snapshot for blocks and tail: a block cannot come into being between them.
        let snapshot = try Transaction(connection, .deferred)
        let flows = try Self.next(&zones, &blocks, &cursor)
        snapshot.end()
        return flows
    }

    private static func next(
        _ zones: inout ZoneScanner, _ blocks: inout BlockReader, _ cursor: inout HistoryCursor
    ) throws(SQLiteError) -> [Flow]? {
        defer { blocks.close() }
        var flows: [Flow] = []
        try zones.scan(&cursor) { key, row, isTail, cursor throws(SQLiteError) in
            do throws(BlockFailure) {
                if isTail { try blocks.begin(key, row, column: BlockKey.dataColumn) } else { blocks.begin(key) }
                flows += try blocks.flows(cursor)
            } catch {
                try note(error, key, &cursor)
            }
            return flows.isEmpty ? .more : isTail || flows.count < enoughFlows ? .moreOfTheTable : .nothing
        }
        return flows.isEmpty ? nil : flows
    }

    /// Blocks are read under one snapshot until they have given so many flows: beginning one for each would cost more
    /// than reading a block of which few flows are wanted.
    private static let enoughFlows = 128

    /// Sums up the flows of the query in the whole partition, under one snapshot.
    mutating func aggregate(_ cursor: inout HistoryCursor, into table: inout GroupTable) throws(SQLiteError) {
        let snapshot = try Transaction(connection, .deferred)
        try Self.aggregate(&zones, &blocks, &cursor, &table)
        snapshot.end()
    }

    private static func aggregate(
        _ zones: inout ZoneScanner, _ blocks: inout BlockReader, _ cursor: inout HistoryCursor,
        _ table: inout GroupTable
    ) throws(SQLiteError) {
        defer { blocks.close() }
        try zones.scan(&cursor) { key, row, isTail, cursor throws(SQLiteError) in
            do throws(BlockFailure) {
                if isTail { try blocks.begin(key, row, column: BlockKey.dataColumn) } else { blocks.begin(key) }
                let rows = try blocks.rows(cursor)
                guard !rows.isEmpty else { return .more }
                for group in table.blockGroups { try blocks.need(group) }
                table.add(rows, of: &blocks.decoder)
            } catch {
                try note(error, key, &cursor)
            }
            return .more
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
