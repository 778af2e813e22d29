import NIOCore
import NIOHTTP1

/// Serves one HTTP/1.0 or HTTP/1.1 connection. `HTTPServerPipelineHandler` before it lets in one request at a time.
final class HTTP1Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    enum Work {
        case request(HTTP1RequestAssembly.Exchange)
        case refusal(HTTPProblem)
    }

    struct Response {
        var source: BodySource
        var isKeepAlive: Bool
    }

    let services: ConnectionServices
    let idleTimer: IdleTimer
    var assembly: HTTP1RequestAssembly
    /// What is to be done next; ending one response brings in the next request while the call is under way.
    var nextWork: Work?
    var response: Response?
    /// Read from a body and written to the socket; reused while one streams.
    var chunk = ByteBuffer()
    var turn = TurnBudget()
    var writes = 0
    var isWorking = false
    var isStopping = false
    var isLingering = false

    init(services: ConnectionServices, idleTimer: IdleTimer, peer: HTTPPeer) {
        self.services = services
        self.idleTimer = idleTimer
        self.assembly = HTTP1RequestAssembly(limits: services.limits, peer: peer)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let clock = StallClock(services)
        idleTimer.isStalled = { [weak self, weak channel = context.channel] in
            guard let self, let channel else { return false }
            return clock.isStalled(isBlocked: !channel.isWritable, writes: writes)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isLingering else { return }
        let part = Self.unwrapInboundIn(data)
        if case .head = part { idleTimer.headCame() }
        switch assembly.receive(part) {
        case .none: break
        case .sendContinue:
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(Self.wrapOutboundOut(.head(head)), promise: nil)
        case .respond(let exchange): work(.request(exchange), context: context)
        case .refuse(let problem): work(.refusal(problem), context: context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        work(nil, context: context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ServerIsStopping else { return context.fireUserInboundEventTriggered(event) }
        isStopping = true
        if let response {
            response.source.finish()
        } else if assembly.isBetweenRequests {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        idleTimer.stop()
        response?.source.close()
        response = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isLingering, let parserError = error as? HTTPParserError else { return context.close(promise: nil) }
        guard context.channel.isActive, parserError != .invalidEOFState else { return context.close(promise: nil) }
        if let problem = assembly.receive(error: parserError) { work(.refusal(problem), context: context) }
    }
}
