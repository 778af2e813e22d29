internal import HTTPTransport

/// Which web pages of elsewhere may read answers in a browser (Fetch, "CORS protocol"). None unless it is set.
package struct CrossOrigin: Sendable {
    /// `https://dash.example.org`, or `*`: any.
    private let origins: [String]

    package init(origins: [String]) { self.origins = origins }

    /// What is said to a page's browser.
    func allow(_ answer: HTTPResponse, _ request: HTTPRequest) -> HTTPResponse {
        guard !origins.isEmpty else { return answer }
        var answer = answer
        if !origins.contains("*") { answer.headers.append("vary", "origin") }
        guard let origin = request.headers["origin"], origins.contains("*") || origins.contains(origin) else {
            return answer
        }
        answer.headers.append("access-control-allow-origin", origins.contains("*") ? "*" : origin)
        if request.method == "OPTIONS", request.headers["access-control-request-method"] != nil {
            answer.headers.append("access-control-allow-methods", answer.headers["allow"] ?? "GET")
            answer.headers.append("access-control-allow-headers", "authorization, content-type, last-event-id")
            answer.headers.append("access-control-max-age", "600")
        } else {
            answer.headers.append("access-control-expose-headers", Self.exposed)
        }
        return answer
    }

    private static let exposed = "apus-store, apus-asked-since, apus-asked-until, apus-held-since, etag"
}
