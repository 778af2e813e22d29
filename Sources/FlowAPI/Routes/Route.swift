internal import FlowFilter
internal import HTTPTransport
internal import NIOCore

/// What a path answers, and to whom.
struct Route: Sendable {
    /// That the caller must have; nil: anyone may ask.
    let role: Roles?
    var takesBody = false
    let answer: @Sendable (FlowAPI, APIRequest) -> HTTPResponse

    /// HEAD requests arrive as GET.
    var methods: [String] { ["GET", "HEAD"] + (takesBody ? ["POST"] : []) + ["OPTIONS"] }

    /// What the path takes (RFC 9110, 9.3.7).
    var options: HTTPResponse {
        .full(status: 204, headers: ["allow": methods.joined(separator: ", ")], body: ByteBuffer())
    }
}

extension FlowAPI {
    static let routes: [String: Route] = [
        "/v1/flows": Route(role: .flows, takesBody: true) { $0.flows($1) },
        "/v1/drops": Route(role: .flows) { $0.sums($1, DropsQuestion.self) },
        "/v1/series": Route(role: .flows) { $0.sums($1, SeriesQuestion.self) },
        "/v1/top": Route(role: .flows) { $0.sums($1, TopQuestion.self) },
        "/v1/graph": Route(role: .flows) { $0.sums($1, GraphQuestion.self) },
        "/v1/status": Route(role: .metadata) { $0.status($1) },
        "/v1/nodes": Route(role: .metadata) { $0.nodes($1) },
        "/v1/namespaces": Route(role: .metadata) { $0.metadata($1) { $0.namespaces($1) } },
        "/v1/endpoints": Route(role: .metadata) {
            $0.metadata($1, accepting: [.namespace, .pod, .label, .workload, .not]) { $0.endpoints($1) }
        },
        "/v1/identities": Route(role: .metadata) { $0.metadata($1) { $0.identities($1) } },
        // Counts are other ones all the time.
        "/v1/policies": Route(role: .metadata) {
            $0.metadata($1, accepting: [.namespace], isStable: false) { $0.policies($1) }
        },
        "/v1/policies/explain": Route(role: .metadata) { $0.explainPolicies($1) },
        "/openapi.yaml": Route(role: .metadata) { $0.description($1) },
        "/metrics": Route(role: .metrics) { $0.metrics($1) },
        "/healthz": Route(role: nil) { _, _ in .text("ok\n") },
        "/readyz": Route(role: nil) { api, _ in api.readiness() },
    ]
}
