internal import HTTPTransport
internal import HubbleMessages
internal import NIOCore

/// What `Health/Watch` answers: the state now, each change of it, and at the server's stop that it no longer serves. On the
/// connection's event loop.
final class HealthWatch: HTTPResponseBody {
    typealias Status = Grpc_Health_V1_HealthCheckResponse.ServingStatus

    /// Changes are looked for so often.
    static let interval = TimeAmount.seconds(1)

    private let eventLoop: any EventLoop
    private let status: @Sendable () -> Status
    private var told: Status?
    private var looking: RepeatedTask?
    private var isFinishing = false

    init(_ eventLoop: any EventLoop, _ status: @escaping @Sendable () -> Status) {
        self.eventLoop = eventLoop
        self.status = status
    }

    func start(waker: HTTPBodyWaker) {
        looking = eventLoop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { _ in waker.wake()
        }
    }

    func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        let status = isFinishing ? .notServing : status()
        if status != told {
            told = status
            var bytes: [UInt8] = []
            var response = Grpc_Health_V1_HealthCheckResponse()
            response.status = status
            guard let message = try? response.message() else { return .failed }
            FlowMessageEncoder.append(message, to: &bytes)
            buffer.writeBytes(bytes)
        }
        guard isFinishing else { return .pending }
        cancel()
        return .end
    }

    func finish() { isFinishing = true }

    func cancel() {
        looking?.cancel()
        looking = nil
    }

    var trailers: HTTPFields { GRPCStatus.ok.trailers }
}
