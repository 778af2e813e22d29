package import NIOCore

/// An answer. Transport adds what frames it (`content-length`, `transfer-encoding`, `connection`): leave these out.
package enum HTTPResponse {
    case full(status: Int, headers: HTTPFields, body: ByteBuffer)
    case streaming(status: Int, headers: HTTPFields, body: any HTTPResponseBody)

    package static func text(
        _ text: String, status: Int = 200, contentType: String = "text/plain; charset=utf-8"
    ) -> HTTPResponse {
        .full(status: status, headers: ["content-type": contentType], body: ByteBuffer(string: text))
    }
}

/// Answers requests. One responder serves all connections.
package protocol HTTPResponder: Sendable {
    /// Called on the connection's event loop, so it must be quick: what takes time goes behind a streaming body.
    func respond(to request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse

    /// Answers a request of HTTP/2 before its body is there, or leaves it to `respond(to:on:)`, which gets it whole. The
    /// body of such an answer is an `HTTPConversationBody` if it wants the request's. Called likewise.
    func respond(toHeadOf request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse?
}

extension HTTPResponder {
    package func respond(toHeadOf request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse? { nil }
}
