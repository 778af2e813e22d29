internal import HTTPTransport
internal import NIOCore

/// One call of gRPC: takes the request's messages and gives the answer's, and ends with a status in the trailers.
///
/// ```
///   waiting ──message──► answering ──► ended
///      └── bad message, deadline, no message ──►┘
/// ```
///
/// On the connection's event loop.
final class GRPCCall: HTTPConversationBody {
    private enum State {
        case waiting
        /// What is in `outgoing`, then nothing until the stop.
        case open
        case streaming(any HTTPResponseBody)
        /// What is in `outgoing`, then this.
        case ending(GRPCStatus)
    }

    /// A client that says nothing for so long where it should is no longer waited for.
    private static let patience = TimeAmount.seconds(30)
    /// Answers that a conversation's client has not taken; more, and the call ends.
    private static let mostWaitingBytes = 4 << 20

    private let api: FlowAPI
    let request: APIRequest
    private let method: GRPCMethod
    private let permit: Permit?
    private var reader: GRPCMessageReader
    private var state = State.waiting
    private var outgoing: [UInt8] = []
    private var sentBytes = 0
    private var waker: HTTPBodyWaker?
    private var deadline: Scheduled<Void>?
    private var waiting: Scheduled<Void>?
    private(set) var trailers: HTTPFields = [:]
    private let counts: CallCounts?
    private var isCounted = false
    /// Of a stream, what is counted already.
    private var streamedMessages: UInt64 = 0

    init(_ method: GRPCMethod, _ request: APIRequest, _ api: FlowAPI) {
        self.method = method
        self.request = request
        self.api = api
        counts = api.statistics.calls(request.http.path)
        counts?.begin()
        permit = method.role.flatMap { _ in api.access.permit(for: request.http, request.caller) }
        reader = GRPCMessageReader(isCompressed: request.isCompressed)
    }

    // MARK: Request

    func receive(_ bytes: ByteBuffer) {
        guard isTaking else { return }
        reader.append(bytes.readableBytesView)
        do throws(GRPCStatus) {
            while isTaking, let message = try reader.next() { try take(message) }
            if method.isConversation { waitForMessage() }
        } catch {
            end(error)
        }
        waker?.wake()
    }

    func receiveEnd() {
        switch state {
        case .waiting where reader.isInsideMessage:
            end(GRPCStatus(.internalError, "the request's message is cut short"))
        case .waiting where method.isConversation: end(.ok)
        case .waiting: end(GRPCStatus(.internalError, "the request has no message"))
        case .open, .streaming, .ending: break
        }
        waker?.wake()
    }

    /// Memory for what has come of the request.
    var keptBytes: Int { reader.keptBytes }

    /// Whether the request's messages are still looked at; what comes later is not even kept.
    private var isTaking: Bool {
        if case .waiting = state { true } else { false }
    }

    private func take(_ message: [UInt8]) throws(GRPCStatus) {
        counts?.receive()
        switch try method.answer(api, request, message) {
        case .messages(let messages):
            append(messages)
            if !method.isConversation { return end(.ok) }
            guard outgoing.count - sentBytes <= Self.mostWaitingBytes else {
                throw GRPCStatus(
                    .resourceExhausted,
                    "\(Self.mostWaitingBytes) bytes of answers wait for the client to take them: ask for less at once")
            }
        case .open(let messages):
            append(messages)
            state = .open
        case .stream(let body):
            state = .streaming(body)
            if let waker { body.start(waker: waker) }
        }
    }

    private func append(_ messages: [[UInt8]]) {
        counts?.send(UInt64(messages.count))
        for message in messages { FlowMessageEncoder.append(message, to: &outgoing) }
    }

    private func end(_ status: GRPCStatus) {
        if case .streaming(let body) = state { body.cancel() }
        state = .ending(status)
    }

    // MARK: Answer

    func start(waker: HTTPBodyWaker) {
        self.waker = waker
        if case .streaming(let body) = state { body.start(waker: waker) }
        if let encoding = request.http.headers["grpc-encoding"], !["identity", "gzip"].contains(encoding) {
            return end(GRPCStatus(.unimplemented, "grpc-encoding \"\(encoding)\": accepted are identity and gzip"))
        }
        permit?.start(waker: waker)
        waitForMessage()
        guard let text = request.http.headers["grpc-timeout"] else { return }
        guard let time = GRPCTimeout.parse(text) else {
            return end(
                GRPCStatus(
                    .invalidArgument, "grpc-timeout \"\(text)\": accepted are up to eight digits and one of H M S m u n"
                ))
        }
        let bound = NIOLoopBound(self, eventLoop: request.eventLoop)
        deadline = request.eventLoop.scheduleTask(in: time) {
            bound.value.end(GRPCStatus(.deadlineExceeded, "the time that grpc-timeout gives is over"))
            waker.wake()
        }
    }

    private func waitForMessage() {
        waiting?.cancel()
        let bound = NIOLoopBound(self, eventLoop: request.eventLoop)
        waiting = request.eventLoop.scheduleTask(in: Self.patience) {
            let call = bound.value
            guard call.isTaking else { return }
            call.end(
                GRPCStatus(.deadlineExceeded, "no message came for \(Self.patience.nanoseconds / 1_000_000_000) s"))
            call.waker?.wake()
        }
    }

    func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        if permit?.isWithdrawn == true { end(GRPCStatus(.unauthenticated, "the credentials are no longer valid")) }
        if case .streaming(let body) = state { return read(body, into: &buffer, limit) }
        let count = min(limit, outgoing.count - sentBytes)
        buffer.writeBytes(outgoing[sentBytes..<sentBytes + count])
        sentBytes += count
        guard sentBytes == outgoing.count else { return .more }
        outgoing.removeAll(keepingCapacity: true)
        sentBytes = 0
        guard case .ending(let status) = state else { return .pending }
        return close(status.trailers)
    }

    private func read(_ body: any HTTPResponseBody, into buffer: inout ByteBuffer, _ limit: Int) -> HTTPBodyProgress {
        let progress = body.read(into: &buffer, limit: limit)
        countSent(by: body)
        guard case .end = progress else { return progress }
        return close(body.trailers)
    }

    private func countSent(by body: any HTTPResponseBody) {
        guard let counts, let flows = body as? FlowStreamBody else { return }
        let sent = flows.sentMessages
        counts.send(sent - streamedMessages)
        streamedMessages = sent
    }

    private func close(_ trailers: HTTPFields) -> HTTPBodyProgress {
        count(GRPCStatus.Code(rawValue: Int(trailers["grpc-status"] ?? "") ?? 0) ?? .ok)
        deadline?.cancel()
        waiting?.cancel()
        self.trailers = trailers
        return .end
    }

    func finish() {
        switch state {
        case .streaming(let body): body.finish()
        case .open: end(.ok)
        case .waiting: end(GRPCStatus(.unavailable, "the server stops"))
        case .ending: break
        }
    }

    private func count(_ code: GRPCStatus.Code) {
        if !isCounted { counts?.end(code) }
        isCounted = true
    }

    func cancel() {
        count(.canceled)
        deadline?.cancel()
        waiting?.cancel()
        if case .streaming(let body) = state { body.cancel() }
    }
}
