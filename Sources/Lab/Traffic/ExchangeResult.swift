package import SystemRuntime

/// How one exchange of bytes ended, as the client's socket saw it.
package enum ExchangeResult: Hashable, Sendable {
    /// So many bytes came back.
    case answered(bytes: Int)
    /// The TCP connection was opened, but the whole answer did not come.
    case unanswered
    /// TCP reset, or ICMP says that the port is closed.
    case refused
    /// Nothing came back in time.
    case timedOut
    /// ECANCELED if the laboratory or its traffic stopped.
    case failed(SystemError)
}

/// What one exchange came to.
struct ExchangeReport: Sendable {
    var result: ExchangeResult
    /// TCP: the handshake was finished.
    var isOpened = false
    /// Payload.
    var bytesSent = 0
    var bytesReceived = 0
}

/// What the sockets of one conversation saw, summed. Bytes are payload.
package struct Tally: Hashable, Sendable {
    package var attempts: UInt64 = 0
    /// TCP handshakes that were finished.
    package var opened: UInt64 = 0
    package var answered: UInt64 = 0
    package var unanswered: UInt64 = 0
    package var refused: UInt64 = 0
    package var timedOut: UInt64 = 0
    package var failed: UInt64 = 0
    package var bytesSent: UInt64 = 0
    package var bytesReceived: UInt64 = 0

    package init() {}

    mutating func add(_ report: ExchangeReport) {
        attempts += 1
        if report.isOpened { opened += 1 }
        bytesSent += UInt64(report.bytesSent)
        bytesReceived += UInt64(report.bytesReceived)
        switch report.result {
        case .answered: answered += 1
        case .unanswered: unanswered += 1
        case .refused: refused += 1
        case .timedOut: timedOut += 1
        case .failed: failed += 1
        }
    }
}
