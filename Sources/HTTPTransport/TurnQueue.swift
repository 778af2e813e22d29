import NIOCore

/// Connections of one event loop that have more to send than fits a turn.
///
/// An event loop looks at its sockets only when no task is ready, so a connection that simply scheduled its own
/// continuation would keep the others from being heard. Here all of them continue together, after a pause in which
/// the sockets have their turn.
final class TurnQueue: Sendable {
    /// Long enough to lie ahead still when the event loop next looks at its tasks; 10 µs was not in a debug build.
    private static let pause = TimeAmount.microseconds(50)

    private let eventLoop: any EventLoop
    private let waiting: NIOLoopBoundBox<[() -> Void]>

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.waiting = NIOLoopBoundBox.makeBoxSendingValue([], eventLoop: eventLoop)
    }

    /// Calls `action` in the next turn. On the event loop.
    func enqueue(_ action: @escaping () -> Void) {
        waiting.value.append(action)
        guard waiting.value.count == 1 else { return }
        eventLoop.scheduleTask(in: TurnQueue.pause) {
            var actions: [() -> Void] = []
            swap(&actions, &self.waiting.value)
            for action in actions { action() }
        }
    }
}

/// What one connection has sent since it last let the others have their turn.
struct TurnBudget {
    private var spentBytes = 0
    /// The connection is in the `TurnQueue`: until its turn comes, it sends nothing.
    private(set) var isWaiting = false

    mutating func spend(bytes: Int) {
        spentBytes += bytes
    }

    /// Returns true, once, when the connection must enter the queue.
    mutating func mustYield() -> Bool {
        guard spentBytes >= HTTPLimits.bytesPerTurn else { return false }
        isWaiting = true
        return true
    }

    mutating func beginTurn() {
        spentBytes = 0
        isWaiting = false
    }
}
