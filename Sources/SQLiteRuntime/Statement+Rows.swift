import CSQLite

// A statement that somebody else wrote.
extension Connection {
    /// Compiles the only statement of a text, in which comments may stand before and behind it.
    ///
    /// - Throws: also when there is none, or more than one.
    package func prepareOnly(_ sql: String) throws(SQLiteError) -> Statement {
        func refuse(_ message: String, at offset: Int?) -> SQLiteError {
            SQLiteError(code: .error, extendedCode: SQLITE_ERROR, message: message, sql: sql, byteOffset: offset)
        }
        if let zero = sql.utf8.firstIndex(of: 0) {
            throw refuse("a NUL character", at: sql.utf8.distance(from: sql.startIndex, to: zero))
        }
        guard let first = try Statement.first(handle, sql) else { throw refuse("there is no statement", at: nil) }
        let rest = String(decoding: sql.utf8.dropFirst(first.length), as: UTF8.self)
        if holdsStatement(rest) { throw refuse("one statement at a time", at: first.length) }
        return first.take()
    }

    private func holdsStatement(_ sql: String) -> Bool {
        do throws(SQLiteError) {
            switch try Statement.first(handle, sql) {
            case .none: return false
            case .some: return true
            }
        } catch {
            return true
        }
    }
}

extension Statement {
    /// The names of the result's columns, as SQL has them or makes them up.
    package var columnNames: [String] {
        unsafe (0..<sqlite3_column_count(pointer)).map { column in
            unsafe sqlite3_column_name(pointer, column).map { unsafe String(cString: $0) } ?? ""
        }
    }

    /// The column as SQLite has it.
    package func value(_ column: Int) -> SQLValue {
        switch unsafe sqlite3_column_type(pointer, Int32(column)) {
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_FLOAT: .real(unsafe sqlite3_column_double(pointer, Int32(column)))
        case SQLITE_TEXT: .text(text(column))
        case SQLITE_BLOB: .blob(withBlob(column) { bytes in unsafe bytes.withUnsafeBytes { unsafe Array($0) } })
        default: .null
        }
    }
}
