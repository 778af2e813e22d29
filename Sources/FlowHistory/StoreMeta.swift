import SQLiteRuntime

/// The store's `meta` table.
enum StoreMeta {
    private static let storeID = "store_id"
    private static let nodeName = "node_name"
    private static let expiredThrough = "expired_through"

    /// The store's id; a new store gets one, and the time of its creation.
    static func establishID(_ connection: borrowing Connection) throws(SQLiteError) -> StoreID {
        if let id = try readID(connection) { return id }
        let id = StoreID.random()
        try connection.execute(
            """
            INSERT OR REPLACE INTO meta
            VALUES ('\(storeID)', '\(id)'), ('created', strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
            """)
        return id
    }

    static func setNodeName(_ connection: borrowing Connection, _ name: String) throws(SQLiteError) {
        let quoted = name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        try connection.execute("INSERT OR REPLACE INTO meta VALUES ('\(nodeName)', '\(quoted)')")
    }

    static func readNodeName(_ connection: borrowing Connection) throws(SQLiteError) -> String? {
        try connection.text("SELECT value FROM meta WHERE key = '\(nodeName)'")
    }

    static func readID(_ connection: borrowing Connection) throws(SQLiteError) -> StoreID? {
        try connection.text("SELECT value FROM meta WHERE key = '\(storeID)'").flatMap { StoreID($0) }
    }

    /// The last sequence that was ever stored, deleted ones included; 0 for none.
    static func lastSequence(_ connection: borrowing Connection) throws(SQLiteError) -> UInt64 {
        let stored = try connection.integer(
            """
            SELECT max(
                ifnull((SELECT max(last_sequence) FROM tail), 0),
                ifnull((SELECT last_sequence FROM blocks ORDER BY first_sequence DESC LIMIT 1), 0),
                ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = '\(expiredThrough)'), 0))
            """)
        return UInt64(max(0, stored ?? 0))
    }

    /// Remembers what retention deleted, so that sequences are never given twice.
    static func setExpiredThrough(_ connection: borrowing Connection, _ sequence: Int64) throws(SQLiteError) {
        try connection.execute("INSERT OR REPLACE INTO meta VALUES ('\(expiredThrough)', '\(sequence)')")
    }
}
