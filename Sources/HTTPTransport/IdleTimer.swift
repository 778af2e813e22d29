import Glibc
import NIOCore
import Synchronization

/// Closes a connection on which nothing has been under way for `HTTPLimits.idleTime`, no request being answered, or whose
/// first request is not there after `HTTPLimits.headTime`.
///
/// Bytes that do not complete a request do not count, so a client that dribbles them is closed too. Lives on the
/// connection's event loop. One timer stands per connection whatever the number of requests.
final class IdleTimer {
    private let channel: any Channel
    private let services: ConnectionServices
    /// Nil while a request is under way.
    private var idleSince: NIODeadline?
    /// No request has come yet.
    private var isNew = true
    private var timer: Scheduled<Void>?
    /// Asked each `limit` while a request is under way: whether the client has taken nothing for too long.
    var isStalled: (() -> Bool)?

    init(channel: any Channel, services: ConnectionServices) {
        self.channel = channel
        self.services = services
        self.idleSince = .now()
        schedule(at: .now() + limit)
    }

    private var limit: TimeAmount {
        let idleTime = TimeAmount(services.limits.idleTime)
        return isNew ? min(idleTime, TimeAmount(services.limits.headTime)) : idleTime
    }

    /// The head of a request is there.
    func headCame() {
        guard isNew else { return }
        isNew = false
        services.registry.headCame(on: channel)
    }

    func requestBegan() {
        headCame()
        idleSince = nil
    }

    func allRequestsEnded() {
        if idleSince == nil { idleSince = .now() }
    }

    func stop() {
        isStalled = nil
        timer?.cancel()
        timer = nil
    }

    private func schedule(at deadline: NIODeadline) {
        timer = channel.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            self?.fire()
        }
    }

    private func fire() {
        let due = (idleSince ?? .now()) + limit
        if isStalled?() == true {
            reset()
        } else if due <= .now() {
            if isNew { services.statistics.late.add(1, ordering: .relaxed) }
            channel.close(promise: nil)
        } else {
            schedule(at: due)
        }
    }

    /// Closes without waiting for what the kernel still holds for the client, who does not take it.
    private func reset() {
        let options = channel as? any SocketOptionProvider
        let lingering = options?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        guard let lingering else { return channel.close(promise: nil) }
        lingering.whenComplete { [channel] _ in channel.close(promise: nil) }
    }
}
