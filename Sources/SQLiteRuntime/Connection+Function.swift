import CSQLite

extension Connection {
    /// Defines an SQL function of any number of values, of which it sees the bits as 64-bit words:
    ///
    /// ```
    /// values in all · 0 · for each value: type (bits 0…7), bytes of a text or blob (8…63) · the bits, filled up with zeros
    /// ```
    /// Equal values of the same types give the same words, others give others.
    package func define(
        _ name: String, of words: @escaping @Sendable (Span<UInt64>) -> UInt64
    ) throws(SQLiteError) {
        let function = unsafe Unmanaged.passRetained(WordFunction(words)).toOpaque()
        // SQLITE_OK; SQLITE_MISUSE for a bad name. The function is released with the connection, and when this fails.
        let result = unsafe sqlite3_create_function_v2(
            handle.pointer, name, -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, function,
            { context, count, values in
                guard let data = unsafe sqlite3_user_data(context) else { return }
                let function = unsafe Unmanaged<WordFunction>.fromOpaque(data).takeUnretainedValue()
                let arguments = unsafe UnsafeBufferPointer(start: values, count: Int(count))
                unsafe sqlite3_result_int64(context, Int64(bitPattern: function.call(arguments)))
            }, nil, nil,
            { data in if let data = unsafe data { unsafe Unmanaged<WordFunction>.fromOpaque(data).release() } })
        guard result == SQLITE_OK else { throw handle.error(sql: name) }
    }
}

/// Lives with its connection, which calls it under its own mutex.
private final class WordFunction {
    private let body: @Sendable (Span<UInt64>) -> UInt64
    /// Kept for its storage.
    private var scratch: [UInt64] = []

    init(_ body: @escaping @Sendable (Span<UInt64>) -> UInt64) { self.body = body }

    func call(_ arguments: UnsafeBufferPointer<OpaquePointer?>) -> UInt64 {
        var words: [UInt64] = []
        swap(&words, &scratch)
        defer { swap(&words, &scratch) }
        words.removeAll(keepingCapacity: true)
        words.append(UInt64(arguments.count))
        words.append(0)
        for index in arguments.indices { unsafe Self.append(arguments[index], to: &words) }
        return body(words.span)
    }

    private static func append(_ value: OpaquePointer?, to words: inout [UInt64]) {
        let type = unsafe sqlite3_value_type(value)
        switch type {
        case SQLITE_INTEGER:
            words.append(UInt64(type))
            words.append(UInt64(bitPattern: unsafe sqlite3_value_int64(value)))
        case SQLITE_TEXT, SQLITE_BLOB:
            let count = unsafe Int(sqlite3_value_bytes(value))
            words.append(UInt64(type) | UInt64(count) << 8)
            guard let bytes = unsafe sqlite3_value_blob(value) else { return }
            for offset in stride(from: 0, to: count - 7, by: 8) {
                words.append(unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            }
            guard count % 8 > 0 else { return }
            var last: UInt64 = 0
            for index in count / 8 * 8..<count {
                last |= UInt64(unsafe bytes.load(fromByteOffset: index, as: UInt8.self)) << UInt64(index % 8 * 8)
            }
            words.append(last)
        default:
            // NULL; a REAL is in no table, so its value does not matter.
            words.append(UInt64(type))
        }
    }
}
