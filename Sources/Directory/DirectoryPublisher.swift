import Synchronization

/// Hands the newest snapshot from the control plane, which publishes, to the enrichment thread, which asks once a batch
/// whether the generation has changed.
package final class DirectoryPublisher: Sendable {
    private let snapshot: Mutex<DirectorySnapshot>
    private let published = Atomic<UInt64>(0)

    package init(_ snapshot: DirectorySnapshot = DirectorySnapshot()) {
        self.snapshot = Mutex(snapshot)
    }

    /// Rises by 1 with each snapshot. Relaxed: whoever sees it rise takes the snapshot under the lock.
    package var generation: UInt64 { published.load(ordering: .relaxed) }

    package func publish(_ snapshot: DirectorySnapshot) {
        self.snapshot.withLock {
            $0 = snapshot
            published.wrappingAdd(1, ordering: .relaxed)
        }
    }

    package func current() -> DirectorySnapshot { snapshot.withLock { $0 } }
}
