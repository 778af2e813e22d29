internal import NIOCore
internal import NIOHTTP1
internal import NIOTLS

/// Writes a client's request as soon as there is a connection, and with TLS as soon as the server has proved itself.
///
/// On the event loop: a busy process may give the task that waits its turn only after seconds, when the server has
/// taken the silent connection for a dead one. All at once: a server may have answered a head alone, and closed,
/// before the rest is written; then there is an answer all the same.
final class HTTPRequestSender: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Completes when the request is handed to the socket; fails when the connection ended before.
    let sent: EventLoopPromise<Void>
    private let request: [HTTPClientRequestPart]
    private let waitsForTLS: Bool

    init(_ request: [HTTPClientRequestPart], on eventLoop: any EventLoop, waitsForTLS: Bool) {
        self.request = request
        self.waitsForTLS = waitsForTLS
        self.sent = eventLoop.makePromise()
    }

    func channelActive(context: ChannelHandlerContext) {
        if !waitsForTLS { send(context) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent { send(context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func send(_ context: ChannelHandlerContext) {
        for part in request { context.write(wrapOutboundOut(part), promise: nil) }
        context.flush()
        sent.succeed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        sent.fail(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        sent.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    /// Also where there never was a connection.
    func handlerRemoved(context: ChannelHandlerContext) { sent.fail(ChannelError.eof) }
}
