internal import Glibc

/// A client's TCP connection: opens, sends the payload and its end, reads until the server's end.
final class StreamExchange: LoopMember {
    private enum Phase {
        case connecting
        case sending
        case receiving
    }

    /// For the payload to go and come back, once the connection is open.
    private static let answerNanoseconds: UInt64 = 1_000_000_000

    private let socket: Socket
    private var phase = Phase.connecting
    private var unsent: ArraySlice<UInt8>
    private var report = ExchangeReport(result: .timedOut)
    private let completion: Exchange.Completion
    private(set) var deadlineNanoseconds: UInt64

    init(
        _ socket: consuming Socket, payload: [UInt8], deadline: UInt64, _ completion: @escaping Exchange.Completion
    ) {
        self.socket = socket
        self.completion = completion
        unsent = payload[...]
        deadlineNanoseconds = deadline
    }

    var pollDescriptor: Int32 { socket.pollDescriptor }
    var interest: PollInterest { phase == .receiving ? .reading : .writing }

    func advance(isReady: Bool, in context: inout LoopContext) -> Bool {
        guard isReady else { return finish(phase == .connecting ? .timedOut : .unanswered) }
        if phase == .connecting {
            let code = socket.takeError()
            guard code == 0 else { return finish(Exchange.result(errno: code)) }
            report.isOpened = true
            deadlineNanoseconds = context.nowNanoseconds + Self.answerNanoseconds
            phase = .sending
        }
        return phase == .sending ? send() : receive(&context)
    }

    func cancel() { _ = finish(Exchange.cancelled) }

    private func send() -> Bool {
        while !unsent.isEmpty {
            switch socket.send(unsent) {
            case .bytes(let count):
                unsent = unsent.dropFirst(count)
                report.bytesSent += count
            case .wouldBlock: return true
            case .failed: return finish(.unanswered)
            }
        }
        socket.finishSending()
        phase = .receiving
        return true
    }

    private func receive(_ context: inout LoopContext) -> Bool {
        while true {
            switch socket.receive(into: &context.buffer) {
            case .bytes(0):
                let isWhole = report.bytesReceived == report.bytesSent
                return finish(isWhole ? .answered(bytes: report.bytesReceived) : .unanswered)
            case .bytes(let count): report.bytesReceived += count
            case .wouldBlock: return true
            case .failed: return finish(.unanswered)
            }
        }
    }

    /// - Returns: false, for the loop.
    private func finish(_ result: ExchangeResult) -> Bool {
        report.result = result
        completion(report)
        return false
    }
}
