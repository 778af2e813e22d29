package import FlowObserver
package import FlowWire
package import HTTPTransport
package import NIOCore
package import NIOPosix

/// What each path answers. The routes themselves are in `Routes`.
package struct FlowAPI: HTTPResponder {
    /// What the program knows beyond the flows.
    package struct Sources: Sendable {
        package var status: @Sendable () -> StatusReport
        /// Text for Prometheus.
        package var metrics: @Sendable () -> String
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
        /// What this server lacks to be of use; none: it is ready.
        package var obstacles: @Sendable () -> [String] = { [] }

        package init(
            status: @escaping @Sendable () -> StatusReport, metrics: @escaping @Sendable () -> String,
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
    let feeds = LiveFeedRegistry()

    package init(
        observer: FlowObserver, context: FlowJSONContext, sources: Sources, queryThreads: NIOThreadPool,
        limits: SumLimits = SumLimits(), crossOrigin: CrossOrigin = CrossOrigin(origins: [])
    ) {
        self.observer = observer
        self.context = context
        self.sources = sources
        self.queryThreads = queryThreads
        self.limits = limits
        self.crossOrigin = crossOrigin
    }

    package func respond(toHeadOf request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse? {
        call(request, on: eventLoop).map(response)
    }

    package func respond(to request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse {
        crossOrigin.allow(answer(request, on: eventLoop), request)
    }

    private func answer(_ request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse {
        if let problem = Self.noCall(request) { return problem.response }
        guard let route = Self.routes[request.path] else { return Self.notFound(request.path) }
        if request.method == "OPTIONS" { return route.options }
        guard route.methods.contains(request.method) else {
            return HTTPProblem(
                status: 405, detail: "\(request.path) does not take \(request.method)", accepted: route.methods,
                allowedMethods: route.methods
            ).response
        }
        return route.answer(self, APIRequest(http: request, caller: .unrestricted, eventLoop: eventLoop))
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
