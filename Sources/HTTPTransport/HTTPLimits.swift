import NIOCore

/// The transport's capacities, each with what it costs. A limit that is reached is answered, never waited for.
package struct HTTPLimits: Sendable {
    /// Threads that serve connections. Each connection belongs to one. About 100 kB each.
    package var eventLoopThreads = 2
    /// Connections open at a time; more are answered with 503 and closed, unless some have made no
    /// request (`headTime`). Measured: an idle one costs 14 kB (HTTP/1.1) or 22 kB (HTTP/2). One that follows live flows
    /// over HTTP/2 costs 75 kB in all (56 of them, each in step with the others), and followers of one kind share up to
    /// 1 MiB on each event loop; one that is out of step or reads nothing costs up to 200 kB (1,000 of them: 180 kB each),
    /// beside the kernel's socket buffers.
    package var connections = 256
    /// What `connections` may be set to.
    package static let mostConnections = 100_000
    /// Streams of an HTTP/2 connection open at a time; nghttp2 refuses more. About 1 kB each, and a request's body.
    package var concurrentStreams = 100
    /// Sum of a request's header names and values. Held while the request is answered. More: 431.
    package var headerBytes = 32 << 10
    /// A request's body, held in memory. More: 413.
    package var bodyBytes = 1 << 20
    /// A connection on which nothing has been under way for so long is closed, also while its request is incomplete.
    package var idleTime: Duration = .seconds(60)
    /// A new connection whose first request's head is not complete by then is closed. Before that, too, it makes room
    /// where `connections` are open and another comes: the oldest such connection is closed.
    package var headTime: Duration = .seconds(10)
    /// A client that has taken nothing for so long of what waits for it is closed, with what it holds; looked at each
    /// `idleTime`. A person may pause a terminal for a while.
    package var stallTime: Duration = .seconds(300)
    /// Frames of HTTP/2 a second that carry nothing (PING, SETTINGS, PRIORITY, RST_STREAM, empty DATA, a
    /// WINDOW_UPDATE for which nothing was sent or asked); more: GOAWAY with ENHANCE_YOUR_CALM. nghttp2 itself bears 1,000 resets at once and 33 a second, 8 CONTINUATIONs a request, 32
    /// settings a frame, and 1,000 answers to PING and SETTINGS that the client does not read.
    package var idleFramesPerSecond = 1_000

    /// A TLS client that has not proved itself by then is closed and counted.
    package var handshakeTime: Duration = .seconds(10)

    /// Written to a socket at a time, one buffer a connection: with one more frame of 16 KiB it still fits 64 KiB. Larger
    /// brings nothing (measured), half of it costs a tenth.
    static let outputBytes = 48 << 10
    /// Written but not yet taken by the kernel: above, nothing more is produced for this connection.
    static let unsentBytes = 64 << 10
    /// Sent by one connection before the others of its event loop get their turn: about half a millisecond.
    static let bytesPerTurn = 1 << 20
    /// How long a connection that was refused something may go on sending, so that it gets to read the answer.
    static let lingerTime: TimeAmount = .seconds(2)

    /// A stream that is sent as gzip costs `GzipEncoder.memoryBytes` (102 kB) more. A full answer that is shorter than this
    /// is sent as it is.
    static let leastGzipBytes = 1 << 10

    package init() {}
}
