import HTTP2Session
import NIOCore

/// One request on an HTTP/2 connection and its answer. Lives on the connection's event loop.
///
/// A class, so that a body being read is not also an element of the connection's dictionary being changed.
final class HTTP2Stream {
    /// Nil once the answer has begun: what still comes of the request is dropped.
    var request: HTTPRequest?
    /// Takes the request's body while it comes.
    var conversation: (any HTTPConversationBody)?
    var source: BodySource?
    var isAnswered = false

    /// Checks the form of `head`; a body may follow.
    static func request(
        _ head: HTTP2RequestHead, limits: HTTPLimits, peer: HTTPPeer
    ) throws(HTTPProblem) -> HTTPRequest {
        if head.isTooLarge { throw limits.headersTooLarge }
        try limits.checkMethod(head.method)
        let target = try HTTPRequestTarget(parsing: head.path)
        var headers = HTTPFields(head.headers.map { HTTPFields.Field(name: $0.name, value: $0.value) })
        if !head.authority.isEmpty, headers["host"] == nil { headers.append("host", head.authority) }
        try limits.checkContentLength(of: headers)
        let isHead = head.method == "HEAD"
        return HTTPRequest(
            method: isHead ? "GET" : head.method, isHead: isHead, path: target.path, queryItems: target.queryItems,
            headers: headers, isHTTP2: true, peer: peer)
    }
}
