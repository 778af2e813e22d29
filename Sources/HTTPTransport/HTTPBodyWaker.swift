import NIOCore
import Synchronization

/// Tells the transport that a `.pending` body has something to read.
package final class HTTPBodyWaker: Sendable {
    private let isScheduled = Atomic(false)
    private let eventLoop: any EventLoop
    /// Nil once the stream is over. Touched on `eventLoop` only.
    private let action: NIOLoopBoundBox<(() -> Void)?>

    /// `action` runs on `eventLoop`, which must be the current one.
    init(eventLoop: any EventLoop, action: @escaping () -> Void) {
        self.eventLoop = eventLoop
        self.action = NIOLoopBoundBox(action, eventLoop: eventLoop)
    }

    /// From any thread, at any time. A second call before the first took effect costs one atomic exchange.
    package func wake() {
        guard !isScheduled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        eventLoop.execute {
            guard let action = self.action.value else { return }
            // Cleared before the read: what arrives during it schedules another.
            self.isScheduled.store(false, ordering: .sequentiallyConsistent)
            action()
        }
    }

    /// Forgets the connection; later calls of `wake()` do nothing. On the event loop.
    func disarm() {
        action.value = nil
        // Stays so: a wake-up must not reach an event loop that may be gone.
        isScheduled.store(true, ordering: .releasing)
    }
}
