import Dispatch
import SQLiteRuntime
import Synchronization

/// Copies the write-ahead log into the live partition, and seals partitions that are full, on a queue of its own, so
/// that the writer never waits for the disk to sync.
final class HistoryCheckpointer: Sendable {
    private let queue = DispatchQueue(label: "apus-checkpoint")
    private let isRequested = Atomic(false)
    private let status: HistoryStatus
    private let directory: String
    /// A log of so many frames is started anew by force.
    private let restartFrames: Int
    /// Sealed partitions whose write-ahead log could not be ended yet, as somebody reads them.
    private let busy = Mutex<[UInt64]>([])

    init(_ settings: HistorySettings, _ status: HistoryStatus) {
        self.status = status
        directory = settings.directory
        restartFrames = max(1, settings.checkpointBytes / StoreFile.pageBytes) * 3
    }

    /// Returns at once; a request that finds another one waiting is that one.
    func request(_ firstSequence: UInt64) {
        guard !isRequested.exchange(true, ordering: .acquiringAndReleasing) else { return }
        queue.async { [self] in
            isRequested.store(false, ordering: .releasing)
            attempt { () throws(SQLiteError) in try checkpoint(firstSequence) }
        }
    }

    /// Makes a partition that nobody writes any more one plain file, and its summary known. Returns at once.
    func seal(_ summary: PartitionSummary) {
        queue.async { [self] in
            attempt { () throws(SQLiteError) in
                try endLog(summary.firstSequence)
                let catalog = try Connection(
                    path: StoreFile.catalogPath(directory), mode: .readWrite, busyTimeout: .seconds(2))
                let transaction = try Transaction(catalog, .immediate)
                // Retention first removes the file and then the row: what is gone by now gets no row any more.
                if StoreFile.exists(StoreFile.partitionPath(directory, summary.firstSequence)) {
                    try summary.store(catalog)
                }
                try transaction.commit()
            }
        }
    }

    /// Makes a partition one plain file whose summary is known. Returns at once.
    func seal(again firstSequence: UInt64) {
        queue.async { [self] in attempt { () throws(SQLiteError) in try endLog(firstSequence) } }
    }

    /// Waits for the requests made so far, and tries once more what readers stood in the way of.
    func finish() {
        queue.sync { attempt { () throws(SQLiteError) in try endBusyLogs() } }
    }

    private func endBusyLogs() throws(SQLiteError) {
        for first in busy.withLock({ $0 }) { try endLog(first) }
    }

    private func checkpoint(_ firstSequence: UInt64) throws(SQLiteError) {
        try endBusyLogs()
        let path = StoreFile.partitionPath(directory, firstSequence)
        guard StoreFile.exists(path) else { return }
        let connection = try StoreFile.openForCheckpoints(path)
        let result = try connection.checkpoint(.passive)
        // Under steady writing the log never empties by itself: what came in meanwhile always remains. What is left now
        // is little, so the writer is held up briefly.
        if result.logFrames >= restartFrames { _ = try connection.checkpoint(.restart) }
        status.checkpointed()
    }

    /// A file without a log opens on a read-only disk, too. If somebody reads it, it is tried again later.
    private func endLog(_ firstSequence: UInt64) throws(SQLiteError) {
        let path = StoreFile.partitionPath(directory, firstSequence)
        busy.withLock { $0.removeAll { $0 == firstSequence } }
        guard StoreFile.exists(path) else { return }
        if try !StoreFile.endLog(path) { busy.withLock { $0.append(firstSequence) } }
    }

    private func attempt(_ body: () throws(SQLiteError) -> Void) {
        do throws(SQLiteError) {
            try body()
        } catch {
            status.failed(.sqlite(doing: "copying history's write-ahead log into the database", error))
        }
    }
}
