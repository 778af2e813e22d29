import CSQLite

/// A value of SQL, copied out of SQLite.
package enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

extension SQLValue {
    /// Of an argument that SQLite lends to a callback.
    init(lent value: OpaquePointer?) {
        switch unsafe sqlite3_value_type(value) {
        case SQLITE_INTEGER: self = .integer(unsafe sqlite3_value_int64(value))
        case SQLITE_FLOAT: self = .real(unsafe sqlite3_value_double(value))
        case SQLITE_TEXT: self = .text(String(decoding: unsafe Self.bytes(of: value), as: UTF8.self))
        case SQLITE_BLOB: self = .blob(unsafe Self.bytes(of: value))
        default: self = .null
        }
    }

    private static func bytes(of value: OpaquePointer?) -> [UInt8] {
        // NULL when it is empty.
        guard let start = unsafe sqlite3_value_blob(value) else { return [] }
        let count = unsafe Int(sqlite3_value_bytes(value))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
