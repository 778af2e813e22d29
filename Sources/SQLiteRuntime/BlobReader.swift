import CSQLite

/// Copies blobs of one column from the pages of the file straight into the caller's memory, and keeps its place in the
/// table from one row to the next: half of what a statement takes for large blobs. Belongs to the thread that uses its
/// connection.
///
/// From the first row on it holds the snapshot that it reads, until `close` or a row that it cannot give.
///
/// `@unchecked Sendable`: see `ConnectionHandle`; the pointer is this value's own.
@safe
package struct BlobReader: ~Copyable, @unchecked Sendable {
    private let handle: ConnectionHandle
    private let table: String
    private let column: String
    private var pointer: OpaquePointer?

    package enum Found: Sendable {
        case words
        /// There is no such row, or no blob in it.
        case nothing
        /// The length is not a whole number of words.
        case oddLength
    }

    /// - Throws: also when there is no such table or column.
    package init(_ connection: borrowing Connection, table: String, column: String) throws(SQLiteError) {
        _ = try connection.prepare("SELECT \(column) FROM \(table)")
        handle = connection.handle
        (self.table, self.column) = (table, column)
        unsafe pointer = nil
    }

    deinit {
        // SQLITE_OK, or the code of the last failed call, which was thrown there.
        _ = unsafe sqlite3_blob_close(pointer)
    }

    /// Copies a blob of little-endian 64-bit words into `words`, whose memory is used again; it is of use when the
    /// answer is `.words`.
    package mutating func copyWords(of row: Int64, into words: inout [UInt64]) throws(SQLiteError) -> Found {
        guard try seek(row) else { return .nothing }
        let count = unsafe Int(sqlite3_blob_bytes(pointer))
        guard count % 8 == 0 else { return .oddLength }
        words.setCount(count / 8)
        // SQLITE_OK; SQLITE_CORRUPT, SQLITE_IOERR…
        let result = unsafe words.withUnsafeMutableBytes { target in
            unsafe sqlite3_blob_read(pointer, target.baseAddress, Int32(count), 0)
        }
        guard result == SQLITE_OK else { throw failure() }
        return .words
    }

    /// Lets go of the snapshot; the next row is of another.
    package mutating func close() {
        // As above.
        _ = unsafe sqlite3_blob_close(pointer)
        unsafe pointer = nil
    }

    /// - Returns: false if there is no such row.
    private mutating func seek(_ row: Int64) throws(SQLiteError) -> Bool {
        // SQLITE_OK; SQLITE_ERROR for a row that is not there or holds something else; SQLITE_CORRUPT, SQLITE_IOERR,
        // SQLITE_INTERRUPT… After these the handle is of no more use.
        let result =
            if let pointer = unsafe pointer {
                unsafe sqlite3_blob_reopen(pointer, row)
            } else {
                unsafe sqlite3_blob_open(handle.pointer, "main", table, column, row, 0, &pointer)
            }
        if result == SQLITE_OK { return true }
        let error = failure()
        guard error.code == .error else { throw error }
        return false
    }

    /// The error of the call that just failed, which ends the handle.
    private mutating func failure() -> SQLiteError {
        let error = handle.error(sql: "\(column) of \(table)")
        close()
        return error
    }
}
