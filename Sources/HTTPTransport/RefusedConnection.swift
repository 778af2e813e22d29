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
        let problem = HTTPProblem(
            status: 503, detail: "All \(limit) connections of this server are in use. Try again later.")
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(problem.closingResponse("retry-after: 1"))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension HTTPProblem {
    /// A whole HTTP/1.1 response after which the connection closes, for those that get no further.
    func closingResponse(_ field: String? = nil) -> ByteBuffer {
        let fields =
            ["content-type: application/problem+json", "content-length: \(json.utf8.count)"]
            + (field.map { [$0] } ?? []) + ["connection: close"]
        let head = ["HTTP/1.1 \(status) \(httpReasonPhrase(status))"] + fields + ["", ""]
        return ByteBuffer(string: head.joined(separator: "\r\n") + json)
    }
}
