import SQLiteRuntime

/// The store's `meta` table.
enum StoreMeta {
    private static let table = CheckedTable("meta", "key", "value")
    private static let storeID = "store_id"
    private static let nodeName = "node_name"
    private static let created = "created"
    /// `<first> <last>`: see `Compaction`.
    private static let compacting = "compacting"
    /// See `WriterRun`.
    private static let run = "run"
    /// See `PrunedNames`.
    private static func pruned(_ table: NameTable) -> String { "pruned_\(table.rawValue)" }

    /// The store's id; a new store, and one whose id is damaged, gets one, and the time of its creation.
    static func establishID(_ connection: borrowing Connection) throws(SQLiteError) -> StoreID {
        if case .value(let text) = try read(storeID, connection), let id = StoreID(text) { return id }
        let id = StoreID.random()
        let now = try connection.text("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')") ?? ""
        let transaction = try Transaction(connection, .immediate)
        try write(created, now, connection)
        try write(storeID, id.description, connection)
        try transaction.commit()
        return id
    }

    static func setNodeName(_ connection: borrowing Connection, _ name: String) throws(SQLiteError) {
        try write(nodeName, name, connection)
    }

    private static func write(_ key: String, _ value: String, _ connection: borrowing Connection) throws(SQLiteError) {
        var row = try connection.prepare(table.insert(orReplace: true))
        row.bind(key, at: 1)
        row.bind(value, at: 2)
        try row.run()
    }

    /// What a read of a row gives.
    enum Found {
        case value(String)
        case missing
        case damaged
    }

    static func readNodeName(_ connection: borrowing Connection) throws(SQLiteError) -> Found {
        try read(nodeName, connection)
    }

    static func readID(_ connection: borrowing Connection) throws(SQLiteError) -> Found {
        try read(storeID, connection)
    }

    private static func read(_ key: String, _ connection: borrowing Connection) throws(SQLiteError) -> Found {
        var row = try connection.prepare("SELECT value, \(table.isWhole) FROM meta WHERE key = ?")
        row.bind(key, at: 1)
        guard try row.step() else { return .missing }
        return row.integer(1) == 1 ? .value(row.text(0)) : .damaged
    }

    /// First sequences of the first and the last partition that are being made one.
    static func readCompaction(_ connection: borrowing Connection) throws(SQLiteError) -> ClosedRange<UInt64>? {
        guard case .value(let text) = try read(compacting, connection) else { return nil }
        let bounds = text.split(separator: " ").compactMap { UInt64($0) }
        return bounds.count == 2 && bounds[0] <= bounds[1] ? bounds[0]...bounds[1] : nil
    }

    static func setCompaction(
        _ connection: borrowing Connection, _ firstSequences: ClosedRange<UInt64>?
    ) throws(SQLiteError) {
        guard let range = firstSequences else {
            return try connection.execute("DELETE FROM meta WHERE key = '\(compacting)'")
        }
        try write(compacting, "\(range.lowerBound) \(range.upperBound)", connection)
    }

    static func readRun(_ connection: borrowing Connection) throws(SQLiteError) -> Found { try read(run, connection) }

    static func setRun(_ connection: borrowing Connection, _ text: String) throws(SQLiteError) {
        try write(run, text, connection)
    }

    /// Indices whose names were deleted; none of a table whose record is damaged.
    static func readPruned(_ connection: borrowing Connection) throws(SQLiteError) -> PrunedNames {
        var pruned = PrunedNames()
        for table in NameTable.allCases {
            guard case .value(let text) = try read(Self.pruned(table), connection) else { continue }
            pruned[table] = PrunedNames.ranges(text) ?? []
        }
        return pruned
    }

    static func setPruned(
        _ connection: borrowing Connection, _ table: NameTable, _ ranges: [ClosedRange<UInt32>]
    ) throws(SQLiteError) {
        try write(pruned(table), PrunedNames.text(ranges), connection)
    }

    /// RFC 3339.
    static func readCreated(_ connection: borrowing Connection) throws(SQLiteError) -> String? {
        guard case .value(let text) = try read(created, connection) else { return nil }
        return text
    }
}
