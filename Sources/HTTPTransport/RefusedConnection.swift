import NIOCore

/// Answers a connection beyond the limit, whatever it speaks, with one HTTP/1.1 response.
final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    func channelActive(context: ChannelHandlerContext) {
        let body = HTTPProblem(
            status: 503, detail: "All \(limit) connections of this server are in use. Try again later."
        ).json
        let response = """
            HTTP/1.1 503 \(httpReasonPhrase(503))\r
            content-type: application/problem+json\r
            content-length: \(body.utf8.count)\r
            retry-after: 1\r
            connection: close\r
            \r
            \(body)
            """
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: response))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
