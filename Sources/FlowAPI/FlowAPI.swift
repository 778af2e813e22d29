package import FlowFilter
package import FlowMetrics
package import FlowObserver
package import FlowWire
package import HTTPTransport
package import NIOCore
package import NIOPosix

/// Explains a connection by policies to a caller of these namespaces; nil: of all.
package typealias PolicyExplainer =
    @Sendable (_ from: String, _ to: String, _ port: String, _ namespaces: Set<String>?) -> Result<
        ExplanationReport, FilterError
    >

/// What each path answers. The routes themselves are in `Routes`.
package struct FlowAPI: HTTPResponder {
    /// What the program knows beyond the flows.
    package struct Sources: Sendable {
        package var status: @Sendable () -> StatusReport
        /// Text for Prometheus. Asked by query threads.
        package var metrics: @Sendable (MetricsText.Format) -> [UInt8]
        /// Of the endpoints that are known, sorted.
        package var namespaces: @Sendable () -> [String]
        /// Nanoseconds since 1970.
        package var now: @Sendable () -> UInt64
        /// Told of answers that could not be finished.
        package var report: @Sendable (String) -> Void
        /// What the control plane knows. Asked by query threads.
        package var metadata: @Sendable () -> Metadata = { Metadata() }
        /// Another text, of letters, digits and `-`, whenever `metadata` is another.
        package var metadataState: @Sendable () -> String = { "0" }
        /// What policies do with a connection between `from` and `to` at `port`, told to a caller of these namespaces.
        package var explainPolicies: PolicyExplainer = { from, _, _, _ in
            .failure(FilterError(parameter: "from", value: from, problem: "this server has no policies"))
        }
        /// What this server lacks to be of use; none: it is ready.
        package var obstacles: @Sendable () -> [String] = { [] }

        package init(
            status: @escaping @Sendable () -> StatusReport,
            metrics: @escaping @Sendable (MetricsText.Format) -> [UInt8],
            namespaces: @escaping @Sendable () -> [String] = { [] }, now: @escaping @Sendable () -> UInt64,
            report: @escaping @Sendable (String) -> Void
        ) {
            self.status = status
            self.metrics = metrics
            self.namespaces = namespaces
            self.now = now
            self.report = report
        }
    }

    let observer: FlowObserver
    let context: FlowJSONContext
    let sources: Sources
    /// Threads for answers that read the disk.
    let queryThreads: NIOThreadPool
    let limits: SumLimits
    let crossOrigin: CrossOrigin
    let access: AccessControl
    let feeds: LiveFeedRegistry
    let statistics: APIStatistics

    package init(
        observer: FlowObserver, context: FlowJSONContext, sources: Sources, queryThreads: NIOThreadPool,
        limits: SumLimits = SumLimits(), crossOrigin: CrossOrigin = CrossOrigin(origins: []),
        access: AccessControl = AccessControl(), statistics: APIStatistics = APIStatistics()
    ) {
        self.statistics = statistics
        self.observer = observer
        self.context = context
        self.sources = sources
        self.queryThreads = queryThreads
        self.limits = limits
        self.crossOrigin = crossOrigin
        self.access = access
        feeds = LiveFeedRegistry(observer, context)
    }

    package func respond(toHeadOf request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse? {
        call(request, on: eventLoop).map(response)
    }

    package func respond(to request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse {
        crossOrigin.allow(answer(request, on: eventLoop), request)
    }

    private func answer(_ request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse {
        if let problem = Self.noCall(request) { return problem.response }
        let route = Self.routes[request.path]
        // Browsers ask for leave without credentials.
        if let route, request.method == "OPTIONS" { return route.options }
        do throws(AccessRefusal) {
            // What is where is not for everyone either.
            return answer(request, route, try caller(of: request, route.map(\.role) ?? []), on: eventLoop)
        } catch {
            if request.path == "/metrics" { statistics.scraped(error.isForbidden ? "403" : "401", nanoseconds: 0) }
            return error.response
        }
    }

    /// - Parameter role: nil: anyone may ask, with whatever credentials.
    func caller(of request: HTTPRequest, _ role: Roles?) throws(AccessRefusal) -> Caller {
        guard let role else { return Caller(roles: []) }
        return try access.caller(of: request, for: role)
    }

    private func answer(
        _ request: HTTPRequest, _ route: Route?, _ caller: Caller, on eventLoop: any EventLoop
    ) -> HTTPResponse {
        guard let route else { return Self.notFound(request.path) }
        guard route.methods.contains(request.method) else {
            return HTTPProblem(
                status: 405, detail: "\(request.path) does not take \(request.method)", accepted: route.methods,
                allowedMethods: route.methods
            ).response
        }
        let response = route.answer(self, APIRequest(http: request, caller: caller, eventLoop: eventLoop))
        guard case .streaming(let status, let headers, let body) = response,
            let permit = access.permit(for: request, caller)
        else { return response }
        return .streaming(status: status, headers: headers, body: PermittedBody(body, permit))
    }

    private static func notFound(_ path: String) -> HTTPResponse {
        let detail =
            path == "/"
            ? "there is no page here; /openapi.yaml describes what there is" : "nothing is at \(path)"
        return HTTPProblem(status: 404, detail: detail, accepted: routes.keys.sorted()).response
    }
}

/// A request that was let in.
struct APIRequest {
    let http: HTTPRequest
    let caller: Caller
    /// The connection's, on which it is answered.
    let eventLoop: any EventLoop

    /// In their order.
    var queryItems: [(name: String, value: String)] { http.queryItems.map { ($0.name, $0.value) } }
}
