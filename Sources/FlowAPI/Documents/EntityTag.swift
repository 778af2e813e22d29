internal import HTTPTransport
internal import NIOCore

/// What tells one state of a document from another (RFC 9110, 8.8.3). Weak: the same for all codings.
struct EntityTag: Sendable {
    let text: String

    /// - Parameter state: differs where the document does; of letters, digits, `-` and `.`.
    init(state: String) { text = "W/\"\(state)\"" }

    /// Of the document itself: FNV-1a.
    init(of document: some Sequence<UInt8>) {
        self.init(state: String(Self.hash(document), radix: 16))
    }

    /// Of a part of what a document is made from.
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Whether the client has this state already.
    func isKnown(by request: HTTPRequest) -> Bool {
        let known = request.headers.all("if-none-match").flatMap { $0.split(separator: ",") }
        return known.contains { item in
            let item = String(item.trimmed)
            return item == "*" || item == text || "W/\(item)" == text
        }
    }

    /// - Parameter document: asked for if the client does not have it.
    func answer(
        _ request: HTTPRequest, cacheControl: String, _ document: (HTTPFields) -> HTTPResponse
    ) -> HTTPResponse {
        let headers: HTTPFields = ["etag": text, "cache-control": cacheControl]
        guard isKnown(by: request) else { return document(headers) }
        return .full(status: 304, headers: headers, body: ByteBuffer())
    }
}
