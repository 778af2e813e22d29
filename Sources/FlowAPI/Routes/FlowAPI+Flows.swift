package import FlowFilter
internal import FlowObserver
package import FlowWire
internal import HTTPTransport
internal import NIOCore

extension FlowAPI {
    /// Answers a question that names neither a range nor a number with so many flows, as Hubble's command line does.
    package static let defaultLast = 20

    func flows(_ request: APIRequest) -> HTTPResponse {
        let store = FlowsQuestion.Store(id: context.storeID, edge: observer.edge, origin: context.origin)
        do throws(FilterError) {
            let question: FlowsQuestion
            if request.http.method == "POST" {
                if let problem = Self.bodyProblem(request.http) { return problem.response }
                question = try FlowsQuestion(
                    body: GetFlowsBody(request.http.body.readableBytesView, context), queryItems: request.queryItems,
                    headers: request.http.headers, store)
            } else {
                question = try FlowsQuestion(
                    queryItems: request.queryItems, headers: request.http.headers, now: sources.now(), store)
            }
            return answer(to: question, request)
        } catch {
            return HTTPProblem(error).response
        }
    }

    private static func bodyProblem(_ request: HTTPRequest) -> HTTPProblem? {
        let type = request.headers["content-type"]?.lowercased().split(separator: ";").first?.trimmed
        if type != "application/json" {
            return HTTPProblem(
                status: 415, detail: "the body is of another type than this path takes", parameter: "content-type",
                accepted: ["application/json"])
        }
        guard request.body.readableBytes > GetFlowsBody.mostBytes else { return nil }
        return HTTPProblem(
            status: 413,
            detail: "the body has \(request.body.readableBytes) bytes; accepted are \(GetFlowsBody.mostBytes)")
    }

    /// NDJSON, or server-sent events if they are asked for.
    func answer(to question: FlowsQuestion, _ request: APIRequest) -> HTTPResponse {
        let wantsEvents = request.http.accepts("text/event-stream")
        let kind = FlowStreamKind(
            filter: question.request.filter, format: wantsEvents ? .events : .lines,
            compatibility: question.compatibility, mask: question.mask)
        var headers: HTTPFields = [
            "content-type": wantsEvents ? "text/event-stream" : "application/x-ndjson", "cache-control": "no-store",
            "vary": "accept", "apus-store": FlowCursor.store(context.storeID),
        ]
        headers.append(contentsOf: StreamCoverage(question.request).startFields(observer.heldTimes()))
        return .streaming(
            status: 200, headers: headers,
            body: stream(question.request, kind, request, showsCoverage: question.showsCoverage))
    }

    /// The answer to `question`, as a body, with what the caller may see of it.
    ///
    /// - Parameter showsCoverage: whether the last line or event tells what the answer was taken from.
    func stream(
        _ question: FlowRequest, _ kind: FlowStreamKind, _ request: APIRequest, showsCoverage: Bool = false
    ) -> FlowStreamBody {
        var (question, kind) = (question, kind)
        question.filter.visibleNamespaces = request.caller.namespaces
        kind.filter.visibleNamespaces = request.caller.namespaces
        return FlowStreamBody(
            observer.answer(to: question), kind, feeds.feeds(on: request.eventLoop), queryThreads,
            coverage: StreamCoverage(question), showsCoverage: showsCoverage,
            // HTTP/1.1's clients must say that they take trailers, and hardly any do.
            sendsTrailers: request.http.isHTTP2,
            account: StreamAccount(statistics, kind.format, isFollowing: question.follow), report: sources.report)
    }
}

extension HTTPRequest {
    /// Whether a media type is asked for by its name.
    func accepts(_ mediaType: String) -> Bool {
        headers.all("accept").flatMap { $0.lowercased().split(separator: ",") }.contains { item in
            item.split(separator: ";").first?.trimmed == mediaType[...]
        }
    }
}

extension Substring {
    /// Without blanks around it.
    var trimmed: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}

extension FlowJSONContext {
    package var origin: FlowOrigin {
        FlowOrigin(nodeName: nodeName) { [self] in sequence(ofUUID: $0) }
    }
}

extension HTTPProblem {
    init(_ error: FilterError) {
        self.init(
            status: 400, detail: error.description, parameter: error.parameter,
            accepted: error.accepted.map { [$0] } ?? [])
    }
}
