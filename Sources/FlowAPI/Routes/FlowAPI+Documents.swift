internal import FlowFilter
internal import FlowHistory
internal import FlowWire
internal import HTTPTransport
internal import NIOCore

extension FlowAPI {
    func status(_ request: APIRequest) -> HTTPResponse {
        plain(request, "status") { status(for: request.caller) }
    }

    func nodes(_ request: APIRequest) -> HTTPResponse {
        plain(request, "nodes") { NodesReport(nodes: [.init(name: context.nodeName, status(for: request.caller))]) }
    }

    /// A document that changes all the time and has no parameters.
    private func plain(_ request: APIRequest, _ name: String, _ report: () -> some Encodable) -> HTTPResponse {
        do throws(FilterError) {
            _ = try FlowRequest(queryItems: request.queryItems, now: 0, accepting: [])
        } catch {
            return HTTPProblem(error).response
        }
        var answer = HTTPResponse.text(ReportJSON.text(report()), contentType: "application/json")
        answer.headers.append("cache-control", "no-store")
        return answer
    }

    /// A document about the cluster, made by a query thread unless the client has it in this state.
    ///
    /// - Parameter isStable: it changes when the control plane's state does, and only then.
    func metadata(
        _ request: APIRequest, accepting parameters: [FilterParameter] = [], isStable: Bool = true,
        _ report: @escaping @Sendable (MetadataQuestion, Metadata) -> any Encodable & Sendable
    ) -> HTTPResponse {
        do throws(FilterError) {
            let question = try MetadataQuestion(queryItems: request.queryItems, accepting: parameters)
            let namespaces = request.caller.namespaces
            func document(_ headers: HTTPFields) -> HTTPResponse {
                var headers = headers
                headers.append("content-type", "application/json")
                let body = DocumentBody(
                    ReadingBudget(time: limits.time), queryThreads, statistics.durations(request.http.path),
                    report: sources.report
                ) {
                    [metadata = sources.metadata] _ in
                    Array(ReportJSON.text(report(question, metadata().limited(to: namespaces))).utf8)
                }
                return .streaming(status: 200, headers: headers, body: body)
            }
            guard isStable else { return document(["cache-control": "no-store"]) }
            let scope = namespaces.map { EntityTag.hash($0.sorted().joined(separator: ",").utf8) } ?? 0
            let tag = EntityTag(state: "\(sources.metadataState())-\(String(scope, radix: 16))")
            return tag.answer(request.http, cacheControl: "private, no-cache", document)
        } catch {
            return HTTPProblem(error).response
        }
    }

    /// Answered at once: it reads rules, and no disk.
    func explainPolicies(_ request: APIRequest) -> HTTPResponse {
        do throws(FilterError) {
            let names = ["from", "to", "port"]
            let own = try OwnParameters(request.queryItems, names)
            _ = try FlowRequest(queryItems: request.queryItems, now: 0, accepting: [], others: names)
            var values: [String] = []
            for name in names {
                guard let value = own[name] else { throw own.error(name, "is required") }
                values.append(value)
            }
            let report = try sources.explainPolicies(values[0], values[1], values[2], request.caller.namespaces).get()
            var answer = HTTPResponse.text(ReportJSON.text(report), contentType: "application/json")
            answer.headers.append("cache-control", "no-store")
            return answer
        } catch {
            return HTTPProblem(error).response
        }
    }

    private static let descriptionTag = EntityTag(of: EmbeddedOpenAPI.text.utf8)

    func description(_ request: APIRequest) -> HTTPResponse {
        Self.descriptionTag.answer(request.http, cacheControl: "public, max-age=300") { headers in
            var headers = headers
            headers.append("content-type", "application/yaml")
            return .full(status: 200, headers: headers, body: ByteBuffer(string: EmbeddedOpenAPI.text))
        }
    }

    func readiness() -> HTTPResponse {
        let obstacles = sources.obstacles()
        guard obstacles.isEmpty else {
            return HTTPProblem(status: 503, detail: obstacles.joined(separator: "; ")).response
        }
        return .text("ok\n")
    }
}
