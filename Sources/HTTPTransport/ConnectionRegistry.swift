import NIOCore
import Synchronization

/// The open connections of a server, so that they are limited and can be told to stop. Usable from any thread.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// Those that have made no request yet, oldest first; some may have made one meanwhile, or be closed.
        var newcomers: [ObjectIdentifier] = []
        var served: Set<ObjectIdentifier> = []
        var isStopping = false

        /// The oldest that has made no request; it is no longer kept.
        mutating func takeNewcomer() -> (any Channel)? {
            while !newcomers.isEmpty {
                let id = newcomers.removeFirst()
                if !served.contains(id), let channel = channels.removeValue(forKey: id) { return channel }
            }
            return nil
        }

        mutating func forget(_ id: ObjectIdentifier) {
            channels[id] = nil
            served.remove(id)
            if newcomers.count > 2 * channels.count + 16 { newcomers.removeAll { channels[$0] == nil } }
        }
    }

    private let state = Mutex(State())
    private let limit: Int
    private let statistics: HTTPServerStatistics

    init(limit: Int, statistics: HTTPServerStatistics) {
        self.limit = limit
        self.statistics = statistics
    }

    /// Keeps `channel` until it closes. Returns false when the limit is reached or the server stops.
    ///
    /// At the limit, the oldest connection that has made no request makes room: who opens connections only, cannot keep
    /// out who asks.
    func admit(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let (isAdmitted, displaced) = state.withLock { state -> (Bool, (any Channel)?) in
            guard !state.isStopping else { return (false, nil) }
            let displaced = state.channels.count < limit ? nil : state.takeNewcomer()
            guard state.channels.count < limit else { return (false, nil) }
            state.channels[id] = channel
            state.newcomers.append(id)
            return (true, displaced)
        }
        if let displaced {
            statistics.displaced.add(1, ordering: .relaxed)
            displaced.close(promise: nil)
        }
        guard isAdmitted else {
            statistics.refused.add(1, ordering: .relaxed)
            return false
        }
        statistics.accepted.add(1, ordering: .relaxed)
        statistics.open.add(1, ordering: .relaxed)
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { $0.forget(id) }
            self.statistics.open.subtract(1, ordering: .relaxed)
        }
        return true
    }

    /// `channel` has begun its first request: it is no longer displaced.
    func headCame(on channel: any Channel) {
        state.withLock { state in
            if state.channels[ObjectIdentifier(channel)] != nil { state.served.insert(ObjectIdentifier(channel)) }
        }
    }

    /// Admits no more; returns those that are open.
    func stop() -> [any Channel] {
        state.withLock { state in
            state.isStopping = true
            return Array(state.channels.values)
        }
    }
}
