import NIOCore
import NIOPosix
import Synchronization

/// A client that sends what it is told to, sense or not.
final class RawClient: Sendable {
    private let channel: any Channel
    private let inbox: Inbox

    /// - Parameters:
    ///   - isReading: whether it takes what the server sends.
    ///   - first: sent as soon as there is a connection, whether or not the caller has its turn.
    init(_ port: Int, isReading: Bool = true, sending first: [UInt8] = []) async throws {
        let inbox = Inbox()
        self.inbox = inbox
        channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.autoRead, value: isReading)
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox, first))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    /// The server may have closed meanwhile.
    func send(_ bytes: [UInt8]) async { try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    func close() async { try? await channel.close() }

    /// Whether the server has ended the connection.
    var isClosed: Bool { !channel.isActive }

    var text: String { String(decoding: inbox.bytes.withLock { $0 }, as: UTF8.self) }
}

private final class Inbox: Sendable {
    let bytes = Mutex<[UInt8]>([])
}

private final class InboxHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    typealias OutboundOut = ByteBuffer

    private let inbox: Inbox
    private let first: [UInt8]

    init(_ inbox: Inbox, _ first: [UInt8]) {
        self.inbox = inbox
        self.first = first
    }

    func channelActive(context: ChannelHandlerContext) {
        if !first.isEmpty { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: first)), promise: nil) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        inbox.bytes.withLock { $0 += Self.unwrapInboundIn(data).readableBytesView }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
