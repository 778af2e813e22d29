import CSQLite

/// An open transaction: committed by `commit()`, rolled back when it is forgotten.
package struct Transaction: ~Copyable {
    package enum Kind: String, Sendable {
        /// A snapshot for reading, taken at the first read.
        case deferred = "DEFERRED"
        /// Takes the write lock at once.
        case immediate = "IMMEDIATE"
    }

    private let handle: ConnectionHandle

    package init(_ connection: borrowing Connection, _ kind: Kind) throws(SQLiteError) {
        try connection.execute("BEGIN \(kind.rawValue)")
        handle = connection.handle
    }

    /// Makes the changes permanent. If this throws, they are rolled back.
    package consuming func commit() throws(SQLiteError) {
        // SQLITE_OK; SQLITE_BUSY, SQLITE_FULL, SQLITE_IOERR: the transaction may still be open, and deinit ends it.
        guard unsafe sqlite3_exec(handle.pointer, "COMMIT", nil, nil, nil) == SQLITE_OK else {
            throw handle.error(sql: "COMMIT")
        }
    }

    /// Ends a snapshot, in which there is nothing to make permanent. An I/O error may have ended it before.
    package consuming func end() {}

    deinit {
        // Some errors (full, out of memory, I/O) have already rolled back.
        guard unsafe sqlite3_get_autocommit(handle.pointer) == 0 else { return }
        // SQLITE_OK; after an I/O error the same error again, with the transaction ended all the same.
        _ = unsafe sqlite3_exec(handle.pointer, "ROLLBACK", nil, nil, nil)
    }
}
