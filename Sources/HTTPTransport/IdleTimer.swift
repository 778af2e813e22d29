import Glibc
import NIOCore

/// Closes a connection on which nothing has been under way for `limit`: no request being answered.
///
/// Bytes that do not complete a request do not count, so a client that dribbles them is closed too. Lives on the
/// connection's event loop. One timer stands per connection whatever the number of requests.
final class IdleTimer {
    private let channel: any Channel
    private let limit: TimeAmount
    /// Nil while a request is under way.
    private var idleSince: NIODeadline?
    private var timer: Scheduled<Void>?
    /// Asked each `limit` while a request is under way: whether the client has taken nothing for too long.
    var isStalled: (() -> Bool)?

    init(channel: any Channel, limit: Duration) {
        self.channel = channel
        self.limit = TimeAmount(limit)
        self.idleSince = .now()
        schedule(at: .now() + self.limit)
    }

    func requestBegan() {
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
