internal import FlowHistory
internal import FlowMetrics
internal import HTTPTransport
internal import SystemRuntime

extension FlowAPI {
    /// The text for Prometheus, made by a query thread.
    func metrics(_ request: APIRequest) -> HTTPResponse {
        let format = MetricsText.Format(accepted: request.http.headers.all("accept"))
        let body = DocumentBody(
            ReadingBudget(time: limits.time), queryThreads, report: sources.report
        ) { [sources, statistics, namespaces = request.caller.namespaces] _ in
            let start = SystemClock.monotonicNanoseconds()
            let whole = sources.metrics(format)
            let text = namespaces.map { Array(VisibleMetrics.text(whole, namespaces: $0).utf8) } ?? whole
            statistics.scraped("200", nanoseconds: SystemClock.monotonicNanoseconds() - start)
            return text
        }
        return .streaming(
            status: 200, headers: ["content-type": format.contentType, "vary": "accept"], body: body)
    }
}

extension MetricsText.Format {
    /// The one that is preferred by `accept` headers (RFC 9110, 12.5.1).
    init(accepted headers: [String]) {
        var weights: [Self: Double] = [:]
        for item in headers.flatMap({ $0.lowercased().split(separator: ",") }) {
            let parts = item.split(separator: ";").map(\.trimmed)
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            let version = parts.dropFirst().first { $0.hasPrefix("version=") }?.dropFirst("version=".count)
            switch parts.first {
            case "application/openmetrics-text" where version.map { $0 == "1.0.0" } ?? true:
                weights[.openMetrics] = max(weight, weights[.openMetrics] ?? 0)
            case "text/plain" where version.map { $0 == "0.0.4" } ?? true, "text/*", "*/*":
                weights[.prometheus] = max(weight, weights[.prometheus] ?? 0)
            default: break
            }
        }
        let openMetrics = weights[.openMetrics] ?? 0
        self = openMetrics > 0 && openMetrics >= weights[.prometheus] ?? 0 ? .openMetrics : .prometheus
    }
}
