/// The refusals that both protocols share.
extension HTTPLimits {
    var headersTooLarge: HTTPProblem {
        HTTPProblem(
            status: 431,
            detail: "The request's headers exceed what is accepted: \(headerBytes) bytes in at most 256 fields.")
    }

    var bodyTooLarge: HTTPProblem {
        HTTPProblem(status: 413, detail: "The request's body exceeds the \(bodyBytes) bytes that are accepted.")
    }

    /// These two would make the server a proxy or a mirror.
    func checkMethod(_ method: String) throws(HTTPProblem) {
        guard method == "CONNECT" || method == "TRACE" else { return }
        throw HTTPProblem(
            status: 405, detail: "\(method) is not offered by this server.",
            allowedMethods: ["GET", "HEAD", "POST", "OPTIONS"])
    }

    /// Refuses a body that is announced to be too large before any of it is read.
    func checkContentLength(of headers: HTTPFields) throws(HTTPProblem) {
        if let length = headers["content-length"].flatMap({ Int($0) }), length > bodyBytes { throw bodyTooLarge }
    }
}
