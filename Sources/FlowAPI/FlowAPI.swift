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
    let feeds = LiveFeedRegistry()

    package init(
        observer: FlowObserver, context: FlowJSONContext, sources: Sources, queryThreads: NIOThreadPool,
        limits: SumLimits = SumLimits()
    ) {
        self.observer = observer
        self.context = context
        self.sources = sources
        self.queryThreads = queryThreads
        self.limits = limits
    }

    package func respond(toHeadOf request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse? {
        call(request, on: eventLoop).map(response)
    }

    package func respond(to request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse {
        if let problem = Self.noCall(request) { return problem.response }
        guard let route = Self.routes[request.path] else {
            let paths = Self.routes.keys.sorted()
            return HTTPProblem(status: 404, detail: "nothing is at \(request.path)", accepted: paths).response
        }
        guard request.method == "GET" else {
            return HTTPProblem(
                status: 405, detail: "\(request.path) does not take \(request.method)", accepted: ["GET", "HEAD"],
                allowedMethods: ["GET", "HEAD"]
            ).response
        }
        return route.answer(self, APIRequest(http: request, caller: .unrestricted, eventLoop: eventLoop))
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
