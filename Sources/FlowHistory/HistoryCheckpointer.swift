import Dispatch
import SQLiteRuntime
import Synchronization

/// Copies the write-ahead log into the database on a queue and connection of its own, so that the writer never waits
/// for the disk to sync.
final class HistoryCheckpointer: Sendable {
    private let queue = DispatchQueue(label: "apus-checkpoint")
    private let connection: Connection
    private let isRequested = Atomic(false)
    private let status: HistoryStatus
    /// A log of so many frames is started anew by force.
    private let restartFrames: Int

    init(_ settings: HistorySettings, _ status: HistoryStatus) throws(HistoryError) {
        connection = try StoreFile.openForCheckpoints(settings)
        self.status = status
        restartFrames = max(1, settings.checkpointBytes / StoreFile.pageBytes) * 3
    }

    /// Returns at once; a request that finds another one waiting is that one.
    func request() {
        guard !isRequested.exchange(true, ordering: .acquiringAndReleasing) else { return }
        queue.async { [self] in
            isRequested.store(false, ordering: .releasing)
            run()
        }
    }

    /// Waits for the requests made so far.
    func finish() { queue.sync {} }

    private func run() {
        do throws(SQLiteError) {
            let result = try connection.checkpoint(.passive)
            // Under steady writing the log never empties by itself: what came in meanwhile always remains. What is
            // left now is little, so the writer is held up briefly.
            if result.logFrames >= restartFrames { _ = try connection.checkpoint(.restart) }
            status.checkpointed()
        } catch {
            status.failed(.sqlite(doing: "copying history's write-ahead log into the database", error))
        }
    }
}
