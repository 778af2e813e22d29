import NIOCore
import Synchronization

/// Notes since when a connection's client takes nothing of what waits for it, as often as it is asked. On the event loop.
final class StallClock {
    private let services: ConnectionServices
    private var blockedSince: NIODeadline?
    private var writes = 0

    init(_ services: ConnectionServices) { self.services = services }

    /// Whether it has been blocked for longer than `HTTPLimits.stallTime`.
    ///
    /// - Parameter writes: rises whenever the socket took something.
    func isStalled(isBlocked: Bool, writes: Int) -> Bool {
        defer { self.writes = writes }
        guard isBlocked, writes == self.writes else {
            blockedSince = nil
            return false
        }
        let since = blockedSince ?? .now()
        blockedSince = since
        guard .now() - since >= TimeAmount(services.limits.stallTime) else { return false }
        services.statistics.stalled.add(1, ordering: .relaxed)
        return true
    }
}
