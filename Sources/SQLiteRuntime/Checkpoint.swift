import CSQLite

/// What a checkpoint found and did.
package struct CheckpointResult: Sendable, Equatable {
    /// Frames in the write-ahead log.
    package var logFrames: Int
    /// Of these, how many are now in the database file.
    package var checkpointedFrames: Int
    /// A reader or the writer stood in the way of finishing.
    package var wasBusy: Bool
}

package enum CheckpointMode: Sendable {
    /// Copies what it can without waiting for anybody.
    case passive
    /// Waits (as long as the connection's busy timeout) for the writer and for readers, so that the next writer
    /// starts the log from its beginning.
    case restart
    /// As `restart`, and cuts the log file to nothing.
    case truncate

    fileprivate var rawValue: Int32 {
        switch self {
        case .passive: SQLITE_CHECKPOINT_PASSIVE
        case .restart: SQLITE_CHECKPOINT_RESTART
        case .truncate: SQLITE_CHECKPOINT_TRUNCATE
        }
    }
}

extension Connection {
    /// Copies the write-ahead log into the database file.
    package func checkpoint(_ mode: CheckpointMode) throws(SQLiteError) -> CheckpointResult {
        var logFrames: Int32 = 0
        var checkpointedFrames: Int32 = 0
        // SQLITE_OK; SQLITE_BUSY when somebody was in the way (the counts are set then, too); SQLITE_IOERR,
        // SQLITE_FULL…
        let result = unsafe sqlite3_wal_checkpoint_v2(
            handle.pointer, nil, mode.rawValue, &logFrames, &checkpointedFrames)
        guard result == SQLITE_OK || result & 0xff == SQLITE_BUSY else {
            throw handle.error(sql: "checkpoint (\(mode))")
        }
        return CheckpointResult(
            logFrames: Int(logFrames), checkpointedFrames: Int(checkpointedFrames), wasBusy: result != SQLITE_OK)
    }
}
