import CSQLite

/// What SQLite refused to do, in its own words, and the statement that asked for it.
package struct SQLiteError: Error, Sendable, Equatable {
    /// SQLite's primary result code.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }

        package static let error = Code(rawValue: SQLITE_ERROR)
        package static let busy = Code(rawValue: SQLITE_BUSY)
        package static let readOnly = Code(rawValue: SQLITE_READONLY)
        package static let interrupted = Code(rawValue: SQLITE_INTERRUPT)
        package static let ioError = Code(rawValue: SQLITE_IOERR)
        package static let corrupt = Code(rawValue: SQLITE_CORRUPT)
        package static let full = Code(rawValue: SQLITE_FULL)
        package static let cannotOpen = Code(rawValue: SQLITE_CANTOPEN)
        package static let constraint = Code(rawValue: SQLITE_CONSTRAINT)
        package static let tooBig = Code(rawValue: SQLITE_TOOBIG)
        package static let outOfMemory = Code(rawValue: SQLITE_NOMEM)
        package static let notAuthorized = Code(rawValue: SQLITE_AUTH)
        package static let notADatabase = Code(rawValue: SQLITE_NOTADB)
    }

    package var code: Code
    /// SQLite's extended result code (`SQLITE_IOERR_FSYNC`…), which says more of the same.
    package var extendedCode: Int32
    package var message: String
    /// The statement, or the path when a file was to be opened.
    package var sql: String
    /// Where in the statement; nil if SQLite does not say.
    package var byteOffset: Int?

    /// The file, or the disk under it, is not what it was.
    package var isDamage: Bool { code == .corrupt || code == .ioError || code == .notADatabase }

    /// A transaction that was interrupted must be rolled back first, which a connection for reading cannot do.
    package var needsRollback: Bool {
        // SQLITE_READONLY_ROLLBACK, a macro that is not imported.
        extendedCode == SQLITE_READONLY | 3 << 8
    }

    package init(code: Code, extendedCode: Int32, message: String, sql: String, byteOffset: Int? = nil) {
        self.code = code
        self.extendedCode = extendedCode
        self.message = message
        self.sql = sql
        self.byteOffset = byteOffset
    }
}

extension SQLiteError: CustomStringConvertible {
    package var description: String { "SQLite: \(message) (code \(code.rawValue)/\(extendedCode)) in: \(sql)" }
}
