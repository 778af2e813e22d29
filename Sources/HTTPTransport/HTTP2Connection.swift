import HTTP2Session
import NIOCore
import Synchronization

/// Serves one HTTP/2 connection: joins a socket to an `HTTP2Session`. Lives on the connection's event loop.
final class HTTP2Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let services: ConnectionServices
    let idleTimer: IdleTimer
    let peer: HTTPPeer
    /// Nil only before the handler is added.
    var session: HTTP2Session?
    var streams: [HTTP2StreamID: HTTP2Stream] = [:]
    /// Streams whose answer is not all sent; with none, the connection is idle, whatever requests are incomplete.
    var answersUnderWay = 0
    var output = FrameOutput()
    private var context: ChannelHandlerContext?
    private var turn = TurnBudget()
    private var interval = NIODeadline.now()
    private var writes = 0
    private var isFlushing = false
    private var isStopping = false
    private var hasFailed = false
    private var isClosing = false

    init(services: ConnectionServices, idleTimer: IdleTimer, peer: HTTPPeer) {
        self.services = services
        self.peer = peer
        self.idleTimer = idleTimer
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let settings = HTTP2Settings(
            maximumConcurrentStreams: services.limits.concurrentStreams,
            maximumHeaderListBytes: services.limits.headerBytes,
            maximumIdleFrames: services.limits.idleFramesPerSecond)
        attempt { () throws(HTTP2Error) in session = try HTTP2Session(settings: settings, delegate: self) }
        let clock = StallClock(services)
        idleTimer.isStalled = { [weak self, weak channel = context.channel] in
            guard let self, let channel else { return false }
            return clock.isStalled(isBlocked: isBlocked(isWritable: channel.isWritable), writes: writes)
        }
        flushOutput()
    }

    /// Whether something waits for the client that it does not take.
    private func isBlocked(isWritable: Bool) -> Bool {
        let hasWaiting = streams.contains { $1.source != nil }
        return hasWaiting
            && (!isWritable || streams.contains { $1.source != nil && session?.isBlocked($0) == true })
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        let bytes = Self.unwrapInboundIn(data)
        let now = NIODeadline.now()
        if now - interval >= .seconds(1) {
            interval = now
            session?.beginInterval()
        }
        attempt { () throws(HTTP2Error) in try session?.receive(bytes.readableBytesSpan) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flushOutput()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        flushOutput()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ServerIsStopping else { return context.fireUserInboundEventTriggered(event) }
        isStopping = true
        attempt { () throws(HTTP2Error) in try session?.goAway() }
        for stream in streams.values { stream.source?.finish() }
        flushOutput()
    }

    func channelInactive(context: ChannelHandlerContext) {
        endStreams()
        idleTimer.stop()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Starts a body; the stream ends soon where the server is stopping.
    func source(for body: any HTTPResponseBody, on stream: HTTP2StreamID) -> BodySource? {
        guard let context else {
            body.cancel()
            return nil
        }
        let source = BodySource(streaming: body, on: context.eventLoop) { [weak self] in
            self?.session?.resume(stream)
            self?.flushOutput()
        }
        if isStopping { source.finish() }
        return source
    }

    func respond(to request: HTTPRequest) -> HTTPResponse? {
        context.map { services.respond(to: request, on: $0.eventLoop) }
    }

    func respond(toHeadOf request: HTTPRequest) -> HTTPResponse? {
        context.flatMap { services.responder.respond(toHeadOf: request, on: $0.eventLoop) }
    }

    /// Runs a call of the session; when nghttp2 refuses to go on, the connection ends with the next flush.
    func attempt(_ call: () throws(HTTP2Error) -> Void) {
        do throws(HTTP2Error) {
            try call()
        } catch {
            if !hasFailed { services.statistics.malformed.add(1, ordering: .relaxed) }
            hasFailed = true
        }
    }

    /// Sends what the session has, for as long as the socket takes it and it is this connection's turn.
    private func flushOutput() {
        guard !isFlushing, let context, let session else { return }
        isFlushing = true
        defer { isFlushing = false }
        var hasMore = true
        while hasMore, context.channel.isWritable, !turn.isWaiting {
            if turn.mustYield() {
                return services.nextTurn(on: context.eventLoop) { [weak self] in
                    self?.turn.beginTurn()
                    self?.flushOutput()
                }
            }
            output.removeAll()
            hasMore = false
            attempt { () throws(HTTP2Error) in hasMore = try session.send(limit: HTTPLimits.outputBytes) }
            output.dropOpenFrame()
            guard output.buffer.readableBytes > 0 else { break }
            turn.spend(bytes: output.buffer.readableBytes)
            writes += 1
            context.writeAndFlush(Self.wrapOutboundOut(output.buffer), promise: nil)
        }
        if streams.isEmpty { output.shrink() }
        closeIfDone(context)
    }

    private func closeIfDone(_ context: ChannelHandlerContext) {
        let isDone = session.map { !$0.wantsRead && !$0.wantsWrite } ?? true
        guard !isClosing, hasFailed || isDone else { return }
        isClosing = true
        endStreams()
        let channel = context.channel
        // Completes after everything that was written before it.
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer())).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    /// None of them can be continued. From here on the connection is idle.
    private func endStreams() {
        for stream in streams.values {
            stream.conversation = nil
            stream.source?.close()
        }
        streams = [:]
        answersUnderWay = 0
        idleTimer.allRequestsEnded()
    }
}
