internal import FlowFilter
internal import FlowHistory
internal import FlowObserver
internal import FlowWire

/// `/v1/series`: how many flows of each kind there were in each interval.
struct SeriesQuestion: SumsQuestion {
    private var request: SumsRequest
    private let by: [SeriesField]
    private let stepNanoseconds: UInt64
    private let mostGroups: Int

    init(queryItems: [(name: String, value: String)], now: UInt64, mostGroups: Int) throws(FilterError) {
        request = try SumsRequest(queryItems, own: ["by", "step"], now: now)
        by = try Self.fields(request.own)
        stepNanoseconds = try Self.step(request.own)
        self.mostGroups = mostGroups
    }

    private static func fields(_ own: OwnParameters) throws(FilterError) -> [SeriesField] {
        var fields: [SeriesField] = []
        for name in (own["by"] ?? "").split(separator: ",") {
            guard let field = SeriesField(rawValue: String(name)) else {
                throw own.error(
                    "by", "not a field", value: String(name),
                    accepted: SeriesField.allCases.map(\.rawValue).joined(separator: ", "))
            }
            if !fields.contains(field) { fields.append(field) }
        }
        return fields
    }

    private static func step(_ own: OwnParameters) throws(FilterError) -> UInt64 {
        guard let step = TimeExpression.durationNanoseconds(own["step"] ?? "1m"), step > 0 else {
            throw own.error("step", "not a duration", accepted: TimeExpression.acceptedDuration)
        }
        return step
    }

    mutating func showOnly(_ namespaces: Set<String>?) { request.showOnly(namespaces) }

    func answer(from observer: FlowObserver, _ budget: ReadingBudget) throws(HistoryError) -> SeriesReport {
        var question = SumQuestion(
            by: [.time(everyNanoseconds: stepNanoseconds)] + by.map(\.field), mostGroups: mostGroups)
        question.times = request.request.times
        question.filter = request.request.filter
        let sums = try observer.sums(question, budget)
        let names = SummedNames(observer.catalog)
        func texts(_ group: FlowAggregate) -> [String] {
            zip(by, group.values.dropFirst()).map { $0.text($1, names) }
        }
        let ranked = RankedSums(sums.groups, limit: request.limit, texts)
        let points = Dictionary(grouping: sums.groups, by: texts)
        return SeriesReport(
            coverage: request.coverage(sums), truncated: ranked.truncation(sums), stepNanoseconds: stepNanoseconds,
            series: ranked.entries.map { values, total in
                .init(
                    by: Dictionary(uniqueKeysWithValues: zip(by.map(\.rawValue), values)), flows: total.flows,
                    bytes: total.bytes, points: Self.points(points[values] ?? []))
            })
    }

    private static func points(_ groups: [FlowAggregate]) -> [SeriesReport.Point] {
        RankedSums(groups, limit: .max) { $0.values[0] }.entries.sorted { $0.key < $1.key }.map { time, sums in
            .init(time: time, flows: sums.flows, bytes: sums.bytes)
        }
    }
}
