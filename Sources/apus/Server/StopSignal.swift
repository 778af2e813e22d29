import Dispatch
import Foundation
import Synchronization

/// Waits for Ctrl-C or SIGTERM, so that everything is put away before the process ends. A second one ends it at once.
final class StopSignal: Sendable {
    private let sources: Mutex<[any DispatchSourceSignal]>
    private let state = Mutex<(isSignalled: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))

    init() {
        let signals = [SIGINT, SIGTERM]
        for number in signals { _ = signal(number, SIG_IGN) }
        sources = Mutex([])
        sources.withLock { sources in
            sources = signals.map { DispatchSource.makeSignalSource(signal: $0, queue: .global()) }
            for source in sources {
                source.setEventHandler { [weak self] in self?.arrived() }
                source.resume()
            }
        }
    }

    private func arrived() {
        let waiter = state.withLock { state in
            if state.isSignalled { exit(130) }
            state.isSignalled = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// As if a signal had come.
    func trigger() {
        let waiter = state.withLock { state in
            state.isSignalled = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.isSignalled { return true }
                state.waiter = continuation
                return false
            }
            if isOver { continuation.resume() }
        }
    }
}
