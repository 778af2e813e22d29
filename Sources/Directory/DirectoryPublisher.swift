import Synchronization

/// Hands the newest snapshot from the control plane, which publishes, to the enrichment thread, which asks once a batch
/// whether the generation has changed.
///
/// The snapshot before the newest is kept until the next one comes, so that who lets go of it last, and frees its tables,
/// is the control plane.
package final class DirectoryPublisher: Sendable {
    private struct State {
        var newest: DirectorySnapshot
        var retired: [DirectorySnapshot] = []
        var whenPublished: @Sendable () -> Void = {}
    }

    private let state: Mutex<State>
    private let published = Atomic<UInt64>(0)

    package init(_ snapshot: DirectorySnapshot = DirectorySnapshot()) {
        state = Mutex(State(newest: snapshot))
    }

    /// Rises by 1 with each snapshot. Relaxed: whoever sees it rise takes the snapshot under the lock.
    package var generation: UInt64 { published.load(ordering: .relaxed) }

    package func publish(_ snapshot: DirectorySnapshot) {
        var freed: [DirectorySnapshot] = []
        let notify = state.withLock { state in
            freed = Self.takeUnused(&state.retired)
            state.retired.append(state.newest)
            state.newest = snapshot
            published.wrappingAdd(1, ordering: .relaxed)
            return state.whenPublished
        }
        // Not under the lock: the enrichment thread may wait for it.
        freed.removeAll()
        notify()
    }

    package func current() -> DirectorySnapshot { state.withLock { $0.newest } }

    /// - Parameter body: called after each publication, on the publishing thread. There is one; the last given counts.
    package func whenPublished(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.whenPublished = body } }

    private static func takeUnused(_ retired: inout [DirectorySnapshot]) -> [DirectorySnapshot] {
        var unused: [DirectorySnapshot] = []
        var used: [DirectorySnapshot] = []
        while var snapshot = retired.popLast() {
            if isKnownUniquelyReferenced(&snapshot) { unused.append(snapshot) } else { used.append(snapshot) }
        }
        retired = used
        return unused
    }
}
