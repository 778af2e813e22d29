package import FlowFilter
internal import FlowObserver
package import FlowWire
internal import HTTPTransport

extension FlowAPI {
    /// Answers a question that names neither a range nor a number with so many flows, as Hubble's command line does.
    package static let defaultLast = 20

    func flows(_ request: APIRequest) -> HTTPResponse {
        do throws(FilterError) {
            var items = request.queryItems
            let compatibility = try Self.compatibility(&items)
            let mask = try Self.fieldMask(&items)
            var question = try FlowRequest(queryItems: items, now: sources.now(), of: context.origin)
            if question.isOpen { question.last = Self.defaultLast }
            let kind = FlowStreamKind(filter: question.filter, compatibility: compatibility, mask: mask)
            return .streaming(
                status: 200, headers: ["content-type": "application/x-ndjson", "cache-control": "no-store"],
                body: stream(question, kind, request))
        } catch {
            return HTTPProblem(error).response
        }
    }

    /// The answer to `question`, as a body.
    func stream(_ question: FlowRequest, _ kind: FlowStreamKind, _ request: APIRequest) -> FlowStreamBody {
        FlowStreamBody(
            observer.answer(to: question), kind, feeds.feeds(on: request.eventLoop, observer, context), queryThreads,
            report: sources.report)
    }

    private static func compatibility(
        _ items: inout [(name: String, value: String)]
    ) throws(FilterError) -> FlowJSONCompatibility {
        guard let index = items.firstIndex(where: { $0.name == "compat" }) else { return .apus }
        let value = items.remove(at: index).value
        guard value == "hubble" else {
            throw FilterError(
                parameter: "compat", value: value, position: index + 1, problem: "not a dialect", accepted: "hubble")
        }
        return .hubble
    }

    /// `fields=time,verdict,source.pod_name`, all of which can also be given one by one.
    private static func fieldMask(
        _ items: inout [(name: String, value: String)]
    ) throws(FilterError) -> FlowFieldMask {
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

extension FlowRequest {
    /// Neither a range nor a number is asked for.
    package var isOpen: Bool { first == nil && last == nil && since == nil && until == nil && !follow }
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
