import CSQLite

/// A compiled statement with its bindings and its current row. Belongs to the thread that uses its connection.
///
/// Parameters count from 1 and columns from 0, as SQLite counts them. A parameter or column that the statement does not
/// have is a mistake of ours and traps.
///
/// `@unchecked Sendable`: see `ConnectionHandle`; the pointer never changes.
@safe
package struct Statement: ~Copyable, @unchecked Sendable {
    let handle: ConnectionHandle
    let pointer: OpaquePointer
    package let sql: String

    init(_ handle: ConnectionHandle, _ sql: String) throws(SQLiteError) {
        var pointer: OpaquePointer?
        // SQLITE_OK; SQLITE_ERROR for bad SQL; SQLITE_BUSY, SQLITE_CORRUPT, SQLITE_NOTADB from reading the schema.
        let result = unsafe sqlite3_prepare_v3(
            handle.pointer, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard result == SQLITE_OK else { throw handle.error(sql: sql) }
        guard let pointer = unsafe pointer else { preconditionFailure("a statement without SQL: \(sql)") }
        unsafe self.pointer = pointer
        self.handle = handle
        self.sql = sql
    }

    /// The first statement of a text, and how many bytes of the text it takes; nil if there is none.
    static func first(_ handle: ConnectionHandle, _ sql: String) throws(SQLiteError) -> FirstStatement? {
        var pointer: OpaquePointer?
        var length = 0
        let result = unsafe sql.withCString { start in
            var end: UnsafePointer<CChar>?
            // As above.
            let result = unsafe sqlite3_prepare_v3(handle.pointer, start, -1, 0, &pointer, &end)
            if let end = unsafe end { length = unsafe end - start }
            return result
        }
        guard result == SQLITE_OK else { throw handle.error(sql: sql) }
        guard let pointer = unsafe pointer else { return nil }
        return FirstStatement(statement: unsafe Statement(handle, pointer, sql), length: length)
    }

    private init(_ handle: ConnectionHandle, _ pointer: OpaquePointer, _ sql: String) {
        unsafe self.pointer = pointer
        self.handle = handle
        self.sql = sql
    }

    deinit {
        // The code of the last failed step, which was thrown there.
        _ = unsafe sqlite3_finalize(pointer)
    }

    /// Advances to the next row; false after the last, and the statement is then ready to run again.
    package mutating func step() throws(SQLiteError) -> Bool {
        // SQLITE_ROW, SQLITE_DONE; SQLITE_BUSY, SQLITE_FULL, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_INTERRUPT…
        switch unsafe sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            reset()
            return false
        default:
            let error = handle.error(sql: sql)
            reset()
            throw error
        }
    }

    /// Runs the statement to its end and passes over its rows.
    package mutating func run() throws(SQLiteError) {
        while try step() {}
    }

    /// Ends the run, so that it holds no lock and no snapshot; bindings stay.
    package mutating func reset() {
        // The code of the last failed step, which was thrown there.
        _ = unsafe sqlite3_reset(pointer)
    }
}

/// A text's first statement, and how many bytes it takes of it.
struct FirstStatement: ~Copyable {
    let statement: Statement
    let length: Int

    /// Gives the statement away.
    consuming func take() -> Statement { statement }
}

// MARK: Parameters

extension Statement {
    package mutating func bind(_ value: Int64, at parameter: Int) {
        bound(unsafe sqlite3_bind_int64(pointer, Int32(parameter), value))
    }

    package mutating func bind(_ value: String, at parameter: Int) {
        bound(
            unsafe sqlite3_bind_text64(
                pointer, Int32(parameter), value, UInt64(value.utf8.count), SQLiteMemory.transient, UInt8(SQLITE_UTF8)))
    }

    /// Binds a blob of 64-bit words in the machine's order, which is little-endian on all that Apus runs on.
    package mutating func bind(_ words: Span<UInt64>, at parameter: Int) {
        bind(unsafe words.bytes, at: parameter)
    }

    package mutating func bind(_ bytes: Span<UInt8>, at parameter: Int) {
        bind(unsafe bytes.bytes, at: parameter)
    }

    /// Binds a blob; its bytes are copied.
    package mutating func bind(_ value: RawSpan, at parameter: Int) {
        guard !value.isEmpty else { return bound(unsafe sqlite3_bind_zeroblob(pointer, Int32(parameter), 0)) }
        unsafe value.withUnsafeBytes { bytes in
            bound(
                unsafe sqlite3_bind_blob64(
                    pointer, Int32(parameter), bytes.baseAddress, UInt64(bytes.count), SQLiteMemory.transient))
        }
    }

    /// SQLITE_OK; SQLITE_RANGE for a parameter that does not exist and SQLITE_MISUSE for a running statement are our
    /// own mistakes; SQLITE_TOOBIG and SQLITE_NOMEM cannot be answered.
    private func bound(_ result: Int32) {
        precondition(result == SQLITE_OK, "binding failed with code \(result) in: \(sql)")
    }
}
