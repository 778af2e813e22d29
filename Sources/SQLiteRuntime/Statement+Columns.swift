import CSQLite

// The current row's columns. They are read between a `step()` that returned true and the next one.
extension Statement {
    package func isNull(_ column: Int) -> Bool {
        unsafe sqlite3_column_type(pointer, Int32(column)) == SQLITE_NULL
    }

    /// The column as a number; 0 for NULL.
    package func integer(_ column: Int) -> Int64 {
        unsafe sqlite3_column_int64(pointer, Int32(column))
    }

    /// The column's text, ill-formed UTF-8 repaired; empty for NULL.
    package func text(_ column: Int) -> String {
        guard let start = unsafe sqlite3_column_text(pointer, Int32(column)) else { return "" }
        let count = unsafe Int(sqlite3_column_bytes(pointer, Int32(column)))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// Lends the column's bytes; they are gone after the next call on this statement.
    package func withBlob<Result, Failure: Error>(
        _ column: Int, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let start = unsafe sqlite3_column_blob(pointer, Int32(column)) else { return try body(RawSpan()) }
        let count = unsafe Int(sqlite3_column_bytes(pointer, Int32(column)))
        return try body(unsafe RawSpan(_unsafeStart: start, byteCount: count))
    }

    /// Copies a blob of little-endian 64-bit words into `words`, whose memory is used again.
    ///
    /// - Returns: false, with `words` empty, when the length is not a whole number of words.
    package func copyWords(_ column: Int, into words: inout [UInt64]) -> Bool {
        withBlob(column) { bytes in
            let count = bytes.byteCount / 8
            guard bytes.byteCount % 8 == 0 else {
                words.removeAll(keepingCapacity: true)
                return false
            }
            words.setCount(count)
            unsafe words.withUnsafeMutableBytes { target in
                unsafe bytes.withUnsafeBytes { source in unsafe target.copyMemory(from: source) }
            }
            return true
        }
    }

    /// Copies a blob into `bytes`, whose memory is used again.
    package func copyBytes(_ column: Int, into bytes: inout [UInt8]) {
        withBlob(column) { blob in
            let count = blob.byteCount
            bytes.setCount(count)
            unsafe bytes.withUnsafeMutableBytes { target in
                unsafe blob.withUnsafeBytes { source in unsafe target.copyMemory(from: source) }
            }
        }
    }
}

extension Array where Element: FixedWidthInteger {
    /// Makes the array so long; what it held is of no more use.
    mutating func setCount(_ count: Int) {
        if self.count > count { removeLast(self.count - count) }
        if self.count < count { append(contentsOf: repeatElement(0, count: count - self.count)) }
    }
}
