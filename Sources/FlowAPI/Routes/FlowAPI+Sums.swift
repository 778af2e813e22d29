internal import FlowFilter
internal import FlowHistory
internal import HTTPTransport

extension FlowAPI {
    func sums<Question: SumsQuestion>(_ request: APIRequest, _: Question.Type) -> HTTPResponse {
        do throws(FilterError) {
            var question = try Question(
                queryItems: request.queryItems, now: sources.now(), mostGroups: limits.groups)
            question.showOnly(request.caller.namespaces)
            let body = DocumentBody(
                ReadingBudget(time: limits.time), queryThreads, statistics.durations(request.http.path),
                report: sources.report
            ) {
                [observer, question] budget in
                Array(ReportJSON.text(try question.answer(from: observer, budget)).utf8)
            }
            return .streaming(
                status: 200, headers: ["content-type": "application/json", "cache-control": "no-store"], body: body)
        } catch {
            return HTTPProblem(error).response
        }
    }
}
