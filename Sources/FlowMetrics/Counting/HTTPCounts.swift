internal import FlowCatalog
internal import FlowModel

/// `http`: requests, responses, and how long they took; `httpV2`: all of it from responses.
struct HTTPCounts: FlowCounting {
    private(set) var texts = [
        LabelTexts("method", limit: 255), LabelTexts("protocol", limit: 255), LabelTexts("status", limit: 1_023),
    ]
    private let isOfResponses: Bool

    init(_ settings: MetricSettings, _ catalog: FlowCatalog) { isOfResponses = settings.metric == .httpV2 }

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let reporter = OwnLabel.listed("reporter", shift: 0, bits: 2, ["unknown", "server", "client", "unknown"])
        let method = OwnLabel("method", shift: 2, bits: 8, .texts(0), isUnbounded: true)
        let version = OwnLabel("protocol", shift: 10, bits: 8, .texts(1), isUnbounded: true)
        let status = OwnLabel("status", shift: 18, bits: 10, .texts(2), isUnbounded: true)
        let isV2 = settings.metric == .httpV2
        let requests = TableLayout(
            MetricFamily("hubble_http_requests_total", .counter, "HTTP requests."),
            [method, version, reporter] + (isV2 ? [status] : []))
        let responses = TableLayout(
            MetricFamily("hubble_http_responses_total", .counter, "HTTP responses."),
            [method, version, status, reporter])
        var durations = TableLayout(
            MetricFamily(
                "hubble_http_request_duration_seconds", .histogram, "From an HTTP request to its response."),
            [method, reporter])
        durations.width = HistogramBuckets.httpDuration.width
        return isV2 ? [requests, durations] : [requests, durations, responses]
    }

    mutating func count(_ record: LayerSevenFlow, _ sides: SideClasses, in tables: inout [SeriesTable]) {
        guard case .http(let http) = record.record, record.isResponse || !isOfResponses else { return }
        let common = UInt64(record.flow.direction.rawValue & 3) | texts[0].number(http.method) << 2
        let version = texts[1].number(http.version) << 10
        var exemplar = record.flow.exemplar
        exemplar.trace = UInt128(record.traceID, radix: 16) ?? 0
        guard record.isResponse else { return count(common | version, sides, exemplar, &tables[0]) }
        let status = texts[2].number("\(http.status)") << 18
        count(common | version | status, sides, exemplar, &tables[isOfResponses ? 0 : 2])
        let position = tables[1].position(SeriesKey(sides: sides, own: common))
        HistogramBuckets.httpDuration.observe(nanoseconds: record.latencyNanoseconds, at: position, in: &tables[1])
        exemplar.value = record.latencyNanoseconds
        tables[1].note(exemplar, at: position)
    }

    private func count(_ own: UInt64, _ sides: SideClasses, _ exemplar: Exemplar, _ table: inout SeriesTable) {
        let position = table.position(SeriesKey(sides: sides, own: own))
        table.add(1, at: position)
        table.note(exemplar, at: position)
    }
}
