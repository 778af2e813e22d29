import NIOCore
import NIOHTTP1

/// Puts the parts of an HTTP/1.1 request together, without touching the connection.
struct HTTP1RequestAssembly {
    /// A complete request and what its response must know.
    struct Exchange {
        var request: HTTPRequest
        /// HTTP/1.0 has no chunks, and closes unless told otherwise.
        var isHTTP10: Bool
        var isKeepAlive: Bool
    }

    enum Action {
        case none
        /// The client waits for leave to send the body.
        case sendContinue
        case respond(Exchange)
        /// Answer with this and close: the rest of the request is not read.
        case refuse(HTTPProblem)
    }

    private enum State {
        case betweenRequests
        case body(Exchange)
        case refused
    }

    private let limits: HTTPLimits
    private let peer: HTTPPeer
    private var state = State.betweenRequests

    init(limits: HTTPLimits, peer: HTTPPeer) {
        self.limits = limits
        self.peer = peer
    }

    var isBetweenRequests: Bool {
        if case .betweenRequests = state { true } else { false }
    }

    mutating func receive(_ part: HTTPServerRequestPart) -> Action {
        switch (part, state) {
        case (.head(let head), .betweenRequests):
            return receive(head: head)
        case (.body(var bytes), .body(var exchange)):
            guard exchange.request.body.readableBytes + bytes.readableBytes <= limits.bodyBytes else {
                return refuse(limits.bodyTooLarge)
            }
            state = .refused  // Gives up the state's reference to the body, so that it is not copied.
            exchange.request.body.writeBuffer(&bytes)
            state = .body(exchange)
            return .none
        case (.end, .body(let exchange)):
            state = .betweenRequests
            return .respond(exchange)
        case (.body, .betweenRequests), (.end, .betweenRequests), (.head, .body), (_, .refused):
            return .none
        }
    }

    /// The bytes were no HTTP. Returns nil when the connection is already being refused.
    mutating func receive(error: HTTPParserError) -> HTTPProblem? {
        if case .refused = state { return nil }
        state = .refused
        guard error == .headerOverflow else {
            return HTTPProblem(
                status: 400,
                detail: "This is neither HTTP/1.1 nor HTTP/2 with prior knowledge: \(error.debugDescription).")
        }
        return limits.headersTooLarge
    }

    private mutating func receive(head: HTTPRequestHead) -> Action {
        do throws(HTTPProblem) {
            let target = try checkTarget(of: head)
            let isHead = head.method == .HEAD
            let request = HTTPRequest(
                method: isHead ? "GET" : head.method.rawValue, isHead: isHead, path: target.path,
                queryItems: target.queryItems,
                headers: HTTPFields(head.headers.map { HTTPFields.Field(name: $0.name, value: $0.value) }),
                isHTTP2: false, peer: peer)
            try limits.checkContentLength(of: request.headers)
            state = .body(Exchange(request: request, isHTTP10: head.version == .http1_0, isKeepAlive: head.isKeepAlive))
            return request.headers["expect"]?.lowercased() == "100-continue" ? .sendContinue : .none
        } catch {
            return refuse(error)
        }
    }

    private func checkTarget(of head: HTTPRequestHead) throws(HTTPProblem) -> HTTPRequestTarget {
        try limits.checkMethod(head.method.rawValue)
        if head.version != .http1_0, head.headers["host"].count != 1 {
            throw HTTPProblem(status: 400, detail: "An HTTP/1.1 request must have one host header.", parameter: "host")
        }
        return try HTTPRequestTarget(parsing: head.uri)
    }

    private mutating func refuse(_ problem: HTTPProblem) -> Action {
        state = .refused
        return .refuse(problem)
    }
}
