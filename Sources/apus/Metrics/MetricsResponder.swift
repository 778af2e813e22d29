import FlowAPI
import HTTPTransport
import NIOCore

/// Answers scrapes, and questions whether the server lives; for a listener that others than users of the API reach.
struct MetricsResponder: HTTPResponder {
    let api: FlowAPI

    private static let paths = ["/healthz", "/metrics", "/readyz"]

    func respond(to request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse {
        if Self.paths.contains(request.path) { return api.respond(to: request, on: eventLoop) }
        return HTTPProblem(
            status: 404, detail: "this listener serves metrics only", parameter: nil, accepted: Self.paths
        ).response
    }
}
