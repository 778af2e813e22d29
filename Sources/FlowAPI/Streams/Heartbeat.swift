internal import HTTPTransport
internal import NIOCore

/// Shows the client of a stream in which nothing comes that it is alive, so that it, and what lies between, need not give
/// up. On the event loop only.
final class Heartbeat {
    /// Proxies close what was idle for 30 or 60 seconds.
    static let interval = TimeAmount.seconds(15)

    private let text: String
    private var task: RepeatedTask?
    /// Since the last beat.
    private var wasIdle = true
    private var isDue = false

    init(_ text: String, _ eventLoop: any EventLoop, _ waker: HTTPBodyWaker) {
        self.text = text
        let loopBound = NIOLoopBound(self, eventLoop: eventLoop)
        task = eventLoop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { [weak waker] _ in
            let heartbeat = loopBound.value
            if heartbeat.wasIdle {
                heartbeat.isDue = true
                waker?.wake()
            }
            heartbeat.wasIdle = true
        }
    }

    /// Where the body has nothing more for now, and is between two messages.
    func beat(into buffer: inout ByteBuffer, isIdle: Bool) {
        if !isIdle {
            wasIdle = false
        } else if isDue {
            buffer.writeString(text)
        }
        isDue = false
    }

    func stop() {
        task?.cancel()
        task = nil
    }
}
