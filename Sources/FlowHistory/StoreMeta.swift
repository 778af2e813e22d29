import SQLiteRuntime

/// The store's `meta` table.
enum StoreMeta {
    private static let storeID = "store_id"
    private static let nodeName = "node_name"

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
}
