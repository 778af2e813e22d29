import CSQLite

/// An open SQLite database. One thread at a time uses it; it may move between threads.
package struct Connection: ~Copyable, Sendable {
    package enum Mode: Sendable {
        /// The file must exist and is not written. WAL's own side files may be created beside it.
        case readOnly
        /// The file must exist.
        case readWrite
        /// The file is created if it does not exist.
        case create

        fileprivate var flags: Int32 {
            switch self {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        }
    }

    let handle: ConnectionHandle

    /// - Parameter busyTimeout: how long a call waits for another connection's lock before it throws `.busy`.
    package init(path: String, mode: Mode, busyTimeout: Duration) throws(SQLiteError) {
        let handle = try Self.open(path, mode)
        let (seconds, attoseconds) = busyTimeout.components
        // SQLITE_OK only.
        _ = unsafe sqlite3_busy_timeout(handle.pointer, Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000))
        self.handle = handle
    }

    private static func open(_ path: String, _ mode: Mode) throws(SQLiteError) -> ConnectionHandle {
        var pointer: OpaquePointer?
        let flags = mode.flags | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_EXRESCODE
        // SQLITE_OK, SQLITE_CANTOPEN, SQLITE_PERM…, with a pointer that must be closed in any case; SQLITE_NOMEM
        // without.
        let result = unsafe sqlite3_open_v2(path, &pointer, flags, nil)
        guard let pointer = unsafe pointer else {
            throw SQLiteError(
                code: .cannotOpen, extendedCode: result, message: unsafe String(cString: sqlite3_errstr(result)),
                sql: path)
        }
        let handle = unsafe ConnectionHandle(pointer)
        guard result == SQLITE_OK else { throw handle.error(sql: path) }
        return handle
    }

    /// Runs one or more statements that return nothing of interest.
    package func execute(_ sql: String) throws(SQLiteError) {
        // SQLITE_OK, or the code of the first statement that failed.
        let result = unsafe sqlite3_exec(handle.pointer, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw handle.error(sql: sql) }
    }

    /// Compiles one statement. It keeps the database open as long as it lives.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(handle, sql)
    }

    /// The first column of the first row; nil when there is no row or the column is NULL.
    package func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        var statement = try prepare(sql)
        return try statement.step() && !statement.isNull(0) ? statement.integer(0) : nil
    }

    /// The first column of the first row; nil when there is no row or the column is NULL.
    package func text(_ sql: String) throws(SQLiteError) -> String? {
        var statement = try prepare(sql)
        return try statement.step() && !statement.isNull(0) ? statement.text(0) : nil
    }

    /// Sets a PRAGMA; the value that SQLite then reports is returned, for those that report one.
    @discardableResult
    package func setPragma(_ name: String, _ value: String) throws(SQLiteError) -> String? {
        try text("PRAGMA \(name) = \(value)")
    }

    /// Rows that the last INSERT, UPDATE or DELETE changed.
    package var changes: Int { unsafe Int(sqlite3_changes64(handle.pointer)) }

    /// A value with which any thread can end this connection's running statements.
    package var interrupter: Interrupter { Interrupter(handle: handle) }
}

/// Ends the running statements of a connection with `.interrupted`; any thread, any time.
package struct Interrupter: Sendable {
    let handle: ConnectionHandle

    package func interrupt() { unsafe sqlite3_interrupt(handle.pointer) }
}
