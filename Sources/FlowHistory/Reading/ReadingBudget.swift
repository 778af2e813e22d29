import Synchronization

/// How long a reading of history may go on: up to a moment, and as long as somebody wants it. Looked at before each block.
///
/// Any thread.
package final class ReadingBudget: Sendable {
    private let deadline: ContinuousClock.Instant?
    private let cancelled = Atomic(false)

    /// - Parameter time: from now on; nil: no limit.
    package init(time: Duration? = nil) { deadline = time.map { .now + $0 } }

    /// Nobody wants the rest.
    package func cancel() { cancelled.store(true, ordering: .relaxed) }

    package var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// Cancelled, or out of time.
    package var isSpent: Bool { isCancelled || deadline.map { .now >= $0 } ?? false }
}
