import CSQLite

/// The open database that a connection, its statements, its transaction and its interrupter share; closed with the
/// last.
///
/// `@unchecked Sendable`: opened in SQLite's serialized mode, in which every call takes the connection's own mutex, and
/// the pointer never changes.
@safe
final class ConnectionHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        // SQLITE_OK always: all statements hold this object, so none is left.
        _ = unsafe sqlite3_close_v2(pointer)
    }

    /// The error of the call that just failed.
    func error(sql: String) -> SQLiteError {
        let extended = unsafe sqlite3_extended_errcode(pointer)
        let offset = unsafe sqlite3_error_offset(pointer)
        return SQLiteError(
            code: SQLiteError.Code(rawValue: extended & 0xff), extendedCode: extended,
            message: unsafe String(cString: sqlite3_errmsg(pointer)), sql: sql,
            byteOffset: offset < 0 ? nil : Int(offset))
    }
}
