import CSQLite

/// Where a column's value is told. Good until `VirtualCursor.tell` returns.
@safe
package struct ColumnResult: ~Copyable {
    private let context: OpaquePointer?

    init(_ context: OpaquePointer?) { unsafe self.context = context }

    package func set(_ value: Int64) { unsafe sqlite3_result_int64(context, value) }
    package func set(_ value: Double) { unsafe sqlite3_result_double(context, value) }

    package func set(_ value: String) {
        var value = value
        value.withUTF8 { bytes in setText(unsafe bytes.span) }
    }

    /// UTF-8; it is copied.
    package func setText(_ bytes: Span<UInt8>) {
        // Without an address it would be NULL.
        if bytes.isEmpty {
            return unsafe sqlite3_result_text64(context, "", 0, SQLiteMemory.transient, UInt8(SQLITE_UTF8))
        }
        unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe sqlite3_result_text64(
                context, UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count),
                SQLiteMemory.transient, UInt8(SQLITE_UTF8))
        }
    }

    package func set(_ value: SQLValue) {
        switch value {
        case .null: break
        case .integer(let number): set(number)
        case .real(let number): set(number)
        case .text(let text): set(text)
        case .blob(let bytes):
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe sqlite3_result_blob64(
                    context, bytes.baseAddress, UInt64(bytes.count), SQLiteMemory.transient)
            }
        }
    }
}
