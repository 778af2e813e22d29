/// A client's single datagram, sent already, that waits for its answer: UDP, or an ICMP echo.
final class DatagramExchange: LoopMember {
    private let socket: Socket
    /// Bytes before the payload of an answer.
    private let headerBytes: Int
    private var report: ExchangeReport
    private let completion: Exchange.Completion
    let deadlineNanoseconds: UInt64

    init(
        _ socket: consuming Socket, payloadBytes: Int, headerBytes: Int, deadline: UInt64,
        _ completion: @escaping Exchange.Completion
    ) {
        self.socket = socket
        self.headerBytes = headerBytes
        self.completion = completion
        report = ExchangeReport(result: .timedOut, bytesSent: payloadBytes)
        deadlineNanoseconds = deadline
    }

    var pollDescriptor: Int32 { socket.pollDescriptor }
    var interest: PollInterest { .reading }

    func advance(isReady: Bool, in context: inout LoopContext) -> Bool {
        guard isReady else { return finish(.timedOut) }
        switch socket.receive(into: &context.buffer) {
        case .bytes(let count):
            report.bytesReceived = max(0, count - headerBytes)
            return finish(.answered(bytes: report.bytesReceived))
        case .wouldBlock: return true
        case .failed(let code): return finish(Exchange.result(errno: code))
        }
    }

    func cancel() { _ = finish(Exchange.cancelled) }

    /// - Returns: false, for the loop.
    private func finish(_ result: ExchangeResult) -> Bool {
        report.result = result
        completion(report)
        return false
    }
}
