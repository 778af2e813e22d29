import CSQLite

extension Connection {
    /// Makes an order of texts known, by which columns and `COLLATE` may compare.
    ///
    /// - Parameter compare: less than 0, 0 or more than 0, as the first text comes before, beside or behind the second
    ///   one. UTF-8.
    package func addTextOrder(
        _ name: String, _ compare: @escaping @Sendable (Span<UInt8>, Span<UInt8>) -> Int
    ) throws(SQLiteError) {
        let owner = unsafe Unmanaged.passRetained(TextOrderOwner(compare)).toOpaque()
        // SQLITE_OK; SQLITE_BUSY while a statement runs, and then the owner is still ours.
        let result = unsafe sqlite3_create_collation_v2(
            handle.pointer, name, SQLITE_UTF8, owner,
            { owner, leftCount, left, rightCount, right in
                let owner = unsafe Unmanaged<TextOrderOwner>.fromOpaque(owner!).takeUnretainedValue()
                let leftBytes = unsafe UnsafeBufferPointer(
                    start: left?.assumingMemoryBound(to: UInt8.self), count: Int(leftCount))
                let rightBytes = unsafe UnsafeBufferPointer(
                    start: right?.assumingMemoryBound(to: UInt8.self), count: Int(rightCount))
                return Int32(unsafe owner.compare(leftBytes.span, rightBytes.span))
            },
            { owner in unsafe Unmanaged<TextOrderOwner>.fromOpaque(owner!).release() })
        guard result == SQLITE_OK else {
            unsafe Unmanaged<TextOrderOwner>.fromOpaque(owner).release()
            throw handle.error(sql: name)
        }
    }
}

private final class TextOrderOwner {
    let compare: @Sendable (Span<UInt8>, Span<UInt8>) -> Int
    init(_ compare: @escaping @Sendable (Span<UInt8>, Span<UInt8>) -> Int) { self.compare = compare }
}
