package import NIOCore

/// A complete request: transport has read its body and checked its form.
package struct HTTPRequest: Sendable {
    /// In upper case. A HEAD request arrives as `GET`: transport leaves out the body of the answer.
    package var method: String
    package var isHead: Bool
    /// Percent-decoded, without the query; begins with `/`.
    package var path: String
    /// In their order; names and values percent-decoded, `+` read as a space. `name` without `=` has an empty value.
    package var queryItems: [HTTPQueryItem]
    /// HTTP/2's `:authority` appears as `host`.
    package var headers: HTTPFields
    /// At most `HTTPLimits.bodyBytes`.
    package var body: ByteBuffer
    package var isHTTP2: Bool
    package var peer: HTTPPeer

    package init(
        method: String, isHead: Bool = false, path: String, queryItems: [HTTPQueryItem] = [], headers: HTTPFields = [:],
        body: ByteBuffer = ByteBuffer(), isHTTP2: Bool = false, peer: HTTPPeer = HTTPPeer(address: nil)
    ) {
        self.method = method
        self.isHead = isHead
        self.path = path
        self.queryItems = queryItems
        self.headers = headers
        self.body = body
        self.isHTTP2 = isHTTP2
        self.peer = peer
    }
}

package struct HTTPQueryItem: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
