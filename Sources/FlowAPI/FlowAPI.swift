package import FlowFilter
internal import FlowHistory
package import FlowObserver
package import FlowWire
package import HTTPTransport
package import NIOCore
package import NIOPosix

/// The JSON API: what each path answers.
package struct FlowAPI: HTTPResponder {
    /// What the program knows beyond the flows.
    package struct Sources: Sendable {
        package var status: @Sendable () -> StatusReport
        /// Text for Prometheus.
        package var metrics: @Sendable () -> String
        /// Nanoseconds since 1970.
        package var now: @Sendable () -> UInt64
        /// Told of answers that could not be finished.
        package var report: @Sendable (String) -> Void

        package init(
            status: @escaping @Sendable () -> StatusReport, metrics: @escaping @Sendable () -> String,
            now: @escaping @Sendable () -> UInt64, report: @escaping @Sendable (String) -> Void
        ) {
            self.status = status
            self.metrics = metrics
            self.now = now
            self.report = report
        }
    }

    private let observer: FlowObserver
    private let context: FlowJSONContext
    private let sources: Sources
    /// Threads for answers that read the disk.
    private let queryThreads: NIOThreadPool
    private let limits: SumLimits
    private let feeds = LiveFeedRegistry()

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

    package func respond(to request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse {
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
        return route(self)(request, eventLoop)
    }

    private typealias Handler = @Sendable (HTTPRequest, any EventLoop) -> HTTPResponse

    private static let routes: [String: @Sendable (FlowAPI) -> Handler] = [
        "/v1/flows": { api in { api.flows($0, on: $1) } },
        "/v1/drops": { api in { request, _ in api.sums(request, DropsQuestion.self) } },
        "/v1/series": { api in { request, _ in api.sums(request, SeriesQuestion.self) } },
        "/v1/graph": { api in { request, _ in api.sums(request, GraphQuestion.self) } },
        "/v1/status": { api in { _, _ in api.status() } },
        "/metrics": { api in
            { _, _ in .text(api.sources.metrics(), contentType: "text/plain; version=0.0.4; charset=utf-8") }
        },
        "/healthz": { _ in { _, _ in .text("ok\n") } },
        "/readyz": { _ in { _, _ in .text("ok\n") } },
    ]

    private func status() -> HTTPResponse {
        .text(ReportJSON.text(sources.status()), contentType: "application/json")
    }

    // MARK: Flows

    /// Answers a question that names neither a range nor a number with so many flows, as Hubble's command line does.
    package static let defaultLast = 20

    private func flows(_ request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse {
        do throws(FilterError) {
            var items = request.queryItems
            let compatibility = try Self.compatibility(&items)
            let mask = try Self.fieldMask(&items)
            var question = try FlowRequest(queryItems: items.map { ($0.name, $0.value) }, now: sources.now())
            if question.isOpen { question.last = Self.defaultLast }
            let body = FlowStreamBody(
                observer.answer(to: question),
                FlowJSONEncoder(context, compatibility: compatibility, mask: mask),
                LiveFeeds.Kind(filter: question.filter, compatibility: compatibility, mask: mask),
                feeds.feeds(on: eventLoop, observer, context), queryThreads, report: sources.report)
            return .streaming(
                status: 200, headers: ["content-type": "application/x-ndjson", "cache-control": "no-store"], body: body)
        } catch {
            return HTTPProblem(error).response
        }
    }

    // MARK: Sums

    private func sums<Question: SumsQuestion>(_ request: HTTPRequest, _: Question.Type) -> HTTPResponse {
        do throws(FilterError) {
            let items = request.queryItems.map { (name: $0.name, value: $0.value) }
            let question = try Question(queryItems: items, now: sources.now(), mostGroups: limits.groups)
            let body = DocumentBody(ReadingBudget(time: limits.time), queryThreads, report: sources.report) {
                [observer] budget in
                Array(ReportJSON.text(try question.answer(from: observer, budget)).utf8)
            }
            return .streaming(
                status: 200, headers: ["content-type": "application/json", "cache-control": "no-store"], body: body)
        } catch {
            return HTTPProblem(error).response
        }
    }

    private static func compatibility(_ items: inout [HTTPQueryItem]) throws(FilterError) -> FlowJSONCompatibility {
        guard let index = items.firstIndex(where: { $0.name == "compat" }) else { return .apus }
        let value = items.remove(at: index).value
        guard value == "hubble" else {
            throw FilterError(
                parameter: "compat", value: value, position: index + 1, problem: "not a dialect", accepted: "hubble")
        }
        return .hubble
    }

    /// `fields=time,verdict,source.pod_name`, all of which can also be given one by one.
    private static func fieldMask(_ items: inout [HTTPQueryItem]) throws(FilterError) -> FlowFieldMask {
        let values = items.filter { $0.name == "fields" }.map(\.value)
        guard let position = items.firstIndex(where: { $0.name == "fields" }) else { return .all }
        items.removeAll { $0.name == "fields" }
        do throws(FieldMaskError) {
            return try FlowFieldMask(paths: values.flatMap { $0.split(separator: ",").map(String.init) })
        } catch {
            throw FilterError(
                parameter: "fields", value: error.path, position: position + 1,
                problem: "\"\(error.unknown)\" is no field", accepted: error.accepted.joined(separator: ", "))
        }
    }
}

extension HTTPProblem {
    fileprivate init(_ error: FilterError) {
        self.init(
            status: 400, detail: error.description, parameter: error.parameter,
            accepted: error.accepted.map { [$0] } ?? [])
    }
}

extension FlowRequest {
    /// Neither a range nor a number is asked for.
    package var isOpen: Bool { first == nil && last == nil && since == nil && until == nil && !follow }
}
