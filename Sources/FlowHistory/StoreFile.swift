import SQLiteRuntime

/// One step of the store's schema: `schema/history/NNNN_name.sql`, carried in the executable.
struct Migration: Sendable {
    /// NNNN; the store's `user_version` once it is applied.
    let number: Int64
    let name: String
    let sql: String
}

/// The database file of a history: how it is made, known and opened.
enum StoreFile {
    static let pageBytes = 16_384
    /// `application_id` of the file: "APUS".
    private static let applicationID: Int64 = 0x4150_5553
    static var format: Int64 { EmbeddedSchema.migrations.last?.number ?? 0 }

    static func path(_ directory: String) -> String { directory + "/history.sqlite" }

    /// Opens the store, creates it or brings it to the newest format. The caller holds the writer's lock.
    static func openForWriting(_ settings: HistorySettings) throws(HistoryError) -> Connection {
        let path = path(settings.directory)
        let connection = try naming(path) { () throws(SQLiteError) in
            let connection = try Connection(path: path, mode: .create, busyTimeout: settings.busyTimeout)
            try configure(connection)
            return connection
        }
        // Before anything is changed, since the file may be another's.
        let found = try formatOf(connection, path)
        guard found <= format else { throw .otherFormat(path: path, found: found, known: format) }
        try naming(path) { () throws(SQLiteError) in
            if found == 0 {
                try connection.execute("PRAGMA page_size = \(pageBytes); PRAGMA auto_vacuum = INCREMENTAL")
            }
            try connection.setPragma("journal_mode", "WAL")
            try connection.execute("PRAGMA synchronous = NORMAL")
            try connection.setPragma("wal_autocheckpoint", "0")
            try connection.setPragma("journal_size_limit", "\(settings.checkpointBytes * 4)")
        }
        return connection
    }

    /// Opens an existing store; nothing in it is changed.
    static func openForReading(_ directory: String) throws(HistoryError) -> Connection {
        let path = path(directory)
        let connection: Connection
        do throws(HistoryError) {
            connection = try naming(path) { () throws(SQLiteError) in
                let connection = try Connection(path: path, mode: .readOnly, busyTimeout: .seconds(2))
                try configure(connection)
                return connection
            }
        } catch .sqlite(_, let error) where error.code == .cannotOpen || error.needsRollback {
            // Only the making of a store writes a rollback journal: it was interrupted, and its writer will begin anew.
            throw .noStore(directory: directory)
        }
        let found = try formatOf(connection, path)
        guard found != 0 else { throw .noStore(directory: directory) }
        guard found == format else { throw .otherFormat(path: path, found: found, known: format) }
        return connection
    }

    /// A second connection for checkpoints.
    static func openForCheckpoints(_ settings: HistorySettings) throws(HistoryError) -> Connection {
        let path = path(settings.directory)
        return try naming(path) { () throws(SQLiteError) in
            // The writer waits while a checkpoint finishes, so it waits for readers no longer than this.
            let connection = try Connection(path: path, mode: .readWrite, busyTimeout: .milliseconds(20))
            try connection.execute("PRAGMA synchronous = NORMAL")
            return connection
        }
    }

    private static func configure(_ connection: borrowing Connection) throws(SQLiteError) {
        try connection.execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY")
        // The first look at the file.
        _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
    }

    /// Applies what the file lacks, each migration in its transaction.
    static func migrate(_ connection: borrowing Connection, _ directory: String) throws(HistoryError) {
        let path = path(directory)
        let found = try formatOf(connection, path)
        for migration in EmbeddedSchema.migrations where migration.number > found {
            try whileDoing("bringing \(path) to format \(migration.name)") { () throws(SQLiteError) in
                let transaction = try Transaction(connection, .immediate)
                try connection.execute(migration.sql)
                try connection.execute("PRAGMA user_version = \(migration.number)")
                try connection.execute("PRAGMA application_id = \(applicationID)")
                try transaction.commit()
            }
        }
    }

    /// 0 for a new file.
    private static func formatOf(_ connection: borrowing Connection, _ path: String) throws(HistoryError) -> Int64 {
        let found = try whileDoing("reading the format of \(path)") { () throws(SQLiteError) in
            (
                application: try connection.integer("PRAGMA application_id") ?? 0,
                format: try connection.integer("PRAGMA user_version") ?? 0,
                objects: try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
            )
        }
        if found.objects == 0 && found.application == 0 { return 0 }
        guard found.application == applicationID else { throw .notAStore(path: path) }
        return found.format
    }

    private static func naming<Result: ~Copyable>(
        _ path: String, _ body: () throws(SQLiteError) -> Result
    ) throws(HistoryError) -> Result {
        do throws(SQLiteError) {
            return try body()
        } catch {
            throw error.code == .notADatabase ? .notAStore(path: path) : .sqlite(doing: "opening \(path)", error)
        }
    }
}
