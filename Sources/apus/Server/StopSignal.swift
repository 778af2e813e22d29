import Foundation
import Synchronization
import SystemRuntime

/// Waits for Ctrl-C or SIGTERM, so that everything is put away before the process ends. A second one ends it at once.
final class StopSignal: Sendable {
    private let state = Mutex<(isOver: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))

    init() {
        TerminationSignals.install { [self] in
            if state.withLock({ $0.isOver }) { exit(130) }
            trigger()
        }
    }

    /// Ends the wait, as a signal does.
    func trigger() {
        let waiter = state.withLock { state in
            state.isOver = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.isOver { state.waiter = continuation }
                return state.isOver
            }
            if isOver { continuation.resume() }
        }
    }
}

extension StopSignal {
    /// Does some work, which Ctrl-C and SIGTERM cancel.
    ///
    /// - Throws: `CancellationError` then, unless the work says otherwise.
    static func cancelling(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let stop = StopSignal()
        let task = Task { try await work() }
        let watch = Task {
            await stop.wait()
            task.cancel()
        }
        defer {
            watch.cancel()
            stop.trigger()
        }
        do {
            try await task.value
        } catch  where task.isCancelled && !(error is CommandFailure) {
            throw CancellationError()
        }
    }
}
