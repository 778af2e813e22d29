internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// Stands before TLS until the first byte has come: takes the certificate that is in force then, and answers a client that
/// speaks HTTP without TLS.
final class TLSGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The content type of a TLS record that begins a handshake (RFC 8446, 5.1).
    private static let handshakeRecord: UInt8 = 22

    private let credentials: TLSCredentials
    private let services: ConnectionServices
    private let handshake: TLSHandshake
    private var isRefused = false

    /// - Parameter handshake: the next handler.
    init(_ credentials: TLSCredentials, _ services: ConnectionServices, before handshake: TLSHandshake) {
        self.credentials = credentials
        self.services = services
        self.handshake = handshake
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        let bytes = Self.unwrapInboundIn(data)
        guard let first = bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) else { return }
        guard first == Self.handshakeRecord else { return refuse(context) }
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(NIOSSLServerHandler(context: credentials.context), position: .after(self))
        } catch {
            return context.close(promise: nil)
        }
        handshake.begin()
        context.fireChannelRead(data)
        context.fireChannelReadComplete()
        pipeline.removeHandler(self, promise: nil)
    }

    private func refuse(_ context: ChannelHandlerContext) {
        isRefused = true
        handshake.stopWaiting()
        services.statistics.withoutTLS.add(1, ordering: .relaxed)
        let problem = HTTPProblem(status: 400, detail: "This port speaks TLS: use https.")
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(problem.closingResponse())).whenComplete { _ in
            channel.close(promise: nil)
        }
    }
}
