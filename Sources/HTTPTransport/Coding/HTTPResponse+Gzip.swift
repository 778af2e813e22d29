import NIOCore
import ZlibRuntime

extension HTTPResponse {
    /// The answer as gzip, if the client takes it and it is worth while. Text of any kind says by `vary` that there are
    /// two forms of it; entity tags of both are the same, so they must be weak.
    func coded(for request: HTTPRequest) -> HTTPResponse {
        guard isText else { return self }
        var coded = self
        coded.headers.append("vary", "accept-encoding")
        guard request.acceptsGzip else { return coded }
        switch coded {
        case .full(let status, _, let body):
            guard status == 200, body.readableBytes >= HTTPLimits.leastGzipBytes else { return coded }
            coded.headers.append("content-encoding", "gzip")
            var bytes = ByteBuffer()
            GzipEncoder().encode(body, .end, into: &bytes)
            return .full(status: status, headers: coded.headers, body: bytes)
        case .streaming(let status, _, let body):
            coded.headers.append("content-encoding", "gzip")
            // Of a HEAD request's body nothing is wanted.
            return .streaming(
                status: status, headers: coded.headers, body: request.isHead ? body : GzipBody(body))
        }
    }

    private var isText: Bool {
        guard let type = headers["content-type"], headers["content-encoding"] == nil else { return false }
        return type.hasPrefix("text/") || type.hasPrefix("application/json") || type.hasPrefix("application/x-ndjson")
            || type.hasPrefix("application/yaml") || type.hasPrefix("application/openmetrics-text")
    }

    /// Status apart, what every answer has.
    package var headers: HTTPFields {
        get {
            switch self {
            case .full(_, let headers, _), .streaming(_, let headers, _): headers
            }
        }
        set {
            switch self {
            case .full(let status, _, let body): self = .full(status: status, headers: newValue, body: body)
            case .streaming(let status, _, let body): self = .streaming(status: status, headers: newValue, body: body)
            }
        }
    }
}

extension HTTPRequest {
    /// RFC 9110, 12.5.3: named, or meant by `*`, with a weight above 0.
    var acceptsGzip: Bool {
        var weights: [String: Double] = [:]
        for item in headers.all("accept-encoding").flatMap({ $0.split(separator: ",") }) {
            let parts = item.split(separator: ";").map { $0.trimming }
            guard let name = parts.first?.lowercased() else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            weights[name] = weight ?? 1
        }
        return weights["gzip"] ?? weights["x-gzip"] ?? weights["*"] ?? 0 > 0
    }
}

extension Substring {
    fileprivate var trimming: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
