internal import HTTPTransport

/// What a path answers, and to whom.
struct Route: Sendable {
    /// That the caller must have; nil: anyone may ask.
    let role: Roles?
    let answer: @Sendable (FlowAPI, APIRequest) -> HTTPResponse
}

extension FlowAPI {
    static let routes: [String: Route] = [
        "/v1/flows": Route(role: .flows) { $0.flows($1) },
        "/v1/drops": Route(role: .flows) { $0.sums($1, DropsQuestion.self) },
        "/v1/series": Route(role: .flows) { $0.sums($1, SeriesQuestion.self) },
        "/v1/graph": Route(role: .flows) { $0.sums($1, GraphQuestion.self) },
        "/v1/status": Route(role: .metadata) { api, _ in api.status() },
        "/metrics": Route(role: .metrics) { api, _ in
            .text(api.sources.metrics(), contentType: "text/plain; version=0.0.4; charset=utf-8")
        },
        "/healthz": Route(role: nil) { _, _ in .text("ok\n") },
        "/readyz": Route(role: nil) { _, _ in .text("ok\n") },
    ]

    private func status() -> HTTPResponse {
        .text(ReportJSON.text(sources.status()), contentType: "application/json")
    }
}
