import NIOCore
import NIOHTTP1

/// Tells HTTP/2 with prior knowledge from HTTP/1.1 by a connection's first bytes and sets up what serves it.
///
/// Sits behind the socket, or behind TLS where there is some.
final class ProtocolDetector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// The client's connection preface (RFC 9113, 3.4).
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private static let method = "PRI "

    private let services: ConnectionServices
    private let idleTimer: IdleTimer
    private let peer: HTTPPeer
    private var received = ByteBuffer()

    init(services: ConnectionServices, channel: any Channel, peer: HTTPPeer) {
        self.services = services
        self.peer = peer
        self.idleTimer = IdleTimer(channel: channel, services: services)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        let matching = zip(received.readableBytesView, Self.preface).prefix { $0 == $1 }.count
        if matching == Self.preface.count {
            install(http2Handlers, context: context)
        } else if matching < received.readableBytes {
            // No method of HTTP/1.1 begins like the preface: a broken one is for HTTP/2 to refuse.
            install(matching < Self.method.count ? http1Handlers : http2Handlers, context: context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ServerIsStopping { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        idleTimer.stop()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func install(
        _ addHandlers: (ChannelPipeline.SynchronousOperations) throws -> Void, context: ChannelHandlerContext
    ) {
        do {
            try addHandlers(context.pipeline.syncOperations)
        } catch {
            // Only a channel that has closed meanwhile refuses handlers.
            return context.close(promise: nil)
        }
        context.fireChannelRead(Self.wrapInboundOut(received))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func http2Handlers(_ pipeline: ChannelPipeline.SynchronousOperations) throws {
        try pipeline.addHandler(HTTP2Connection(services: services, idleTimer: idleTimer, peer: peer))
    }

    private func http1Handlers(_ pipeline: ChannelPipeline.SynchronousOperations) throws {
        var encoding = HTTPResponseEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = services.limits.headerBytes
        decoding.maxHeaderListSize = services.limits.headerBytes
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true, withErrorHandling: false, withOutboundHeaderValidation: true,
            withEncoderConfiguration: encoding, withDecoderLimitConfiguration: decoding)
        try pipeline.addHandler(HTTP1Connection(services: services, idleTimer: idleTimer, peer: peer))
    }
}
