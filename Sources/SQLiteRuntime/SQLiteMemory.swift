import CSQLite

/// SQLite's memory, over all connections of the process.
package enum SQLiteMemory {
    /// A statement that would need more fails with `.outOfMemory`.
    package static func limit(bytes: Int) {
        // The limit before.
        _ = sqlite3_hard_heap_limit64(Int64(bytes))
    }

    /// Tells SQLite to take a copy before the call returns.
    static var transient: sqlite3_destructor_type? {
        unsafe unsafeBitCast(-1, to: sqlite3_destructor_type?.self)
    }

    /// A text that SQLite will free; nil when there is no memory.
    static func text(_ text: String) -> UnsafeMutablePointer<CChar>? {
        let bytes = Array(text.utf8CString)
        guard let memory = unsafe sqlite3_malloc64(UInt64(bytes.count)) else { return nil }
        return unsafe bytes.withUnsafeBytes { bytes in
            unsafe memory.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
            return unsafe memory.assumingMemoryBound(to: CChar.self)
        }
    }
}
