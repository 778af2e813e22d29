import CSQLite

extension Connection {
    /// From now on statements may read and nothing else: others fail with `.notAuthorized` when they are prepared.
    /// Functions that reach beyond the database, or take addresses of memory, are refused, too.
    ///
    /// - Parameter longestValue: bytes of a text or blob.
    package func restrictToReading(longestValue: Int) {
        // SQLITE_OK only.
        _ = unsafe sqlite3_set_authorizer(
            handle.pointer,
            { _, action, _, name, _, _ in
                switch action {
                case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: return SQLITE_OK
                case SQLITE_FUNCTION:
                    let name = unsafe name.map { unsafe String(cString: $0).lowercased() } ?? ""
                    return ["load_extension", "fts3_tokenizer"].contains(name) ? SQLITE_DENY : SQLITE_OK
                default: return SQLITE_DENY
                }
            }, nil)
        // The limits before.
        _ = unsafe sqlite3_limit(handle.pointer, SQLITE_LIMIT_LENGTH, Int32(clamping: longestValue))
        _ = unsafe sqlite3_limit(handle.pointer, SQLITE_LIMIT_ATTACHED, 0)
    }
}

/// Ends a connection's statements with `.interrupted` when its time is over.
@safe
package struct TimeLimit: ~Copyable {
    private let handle: ConnectionHandle
    private let end: UnsafeMutablePointer<ContinuousClock.Instant>

    /// Steps of SQLite's machine between two looks at the clock: about 0.1 ms.
    private static let steps: Int32 = 10_000

    package init(_ connection: borrowing Connection, end: ContinuousClock.Instant) {
        handle = connection.handle
        unsafe self.end = UnsafeMutablePointer.allocate(capacity: 1)
        unsafe self.end.initialize(to: end)
        unsafe sqlite3_progress_handler(
            handle.pointer, Self.steps,
            { end in
                let end = unsafe end!.assumingMemoryBound(to: ContinuousClock.Instant.self).pointee
                return ContinuousClock.now >= end ? 1 : 0
            }, self.end)
    }

    deinit {
        unsafe sqlite3_progress_handler(handle.pointer, 0, nil, nil)
        unsafe end.deallocate()
    }
}
