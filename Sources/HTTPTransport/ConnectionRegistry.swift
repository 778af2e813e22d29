import NIOCore
import Synchronization

/// The open connections of a server, so that they are limited and can be told to stop. Usable from any thread.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isStopping = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let statistics: HTTPServerStatistics

    init(limit: Int, statistics: HTTPServerStatistics) {
        self.limit = limit
        self.statistics = statistics
    }

    /// Keeps `channel` until it closes. Returns false when the limit is reached or the server stops.
    func admit(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isAdmitted = state.withLock { state in
            guard !state.isStopping, state.channels.count < limit else { return false }
            state.channels[id] = channel
            return true
        }
        guard isAdmitted else {
            statistics.refused.add(1, ordering: .relaxed)
            return false
        }
        statistics.accepted.add(1, ordering: .relaxed)
        statistics.open.add(1, ordering: .relaxed)
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { _ = $0.channels.removeValue(forKey: id) }
            self.statistics.open.subtract(1, ordering: .relaxed)
        }
        return true
    }

    /// Admits no more; returns those that are open.
    func stop() -> [any Channel] {
        state.withLock { state in
            state.isStopping = true
            return Array(state.channels.values)
        }
    }
}
