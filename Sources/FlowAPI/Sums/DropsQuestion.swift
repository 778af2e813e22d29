package import FlowFilter
package import FlowHistory
internal import FlowModel
package import FlowObserver
package import FlowWire

/// `/v1/drops`: who was dropped, why, and how often.
package struct DropsQuestion: SumsQuestion {
    /// What drops may be told apart by.
    package enum Field: String, CaseIterable, Sendable {
        case reason, rule
        case source = "from"
        case destination = "to"
        case port
    }

    private var request: SumsRequest
    private let by: [Field]
    /// Intervals that each entry is counted in; 0: none.
    private let intervals: Int
    private let now: UInt64
    private let mostGroups: Int

    private static let mostIntervals = 240

    package init(
        queryItems: [(name: String, value: String)], now: UInt64, mostGroups: Int
    ) throws(FilterError) {
        // All drops have the same verdict.
        request = try SumsRequest(queryItems, own: ["by", "intervals"], without: .verdict, now: now)
        by = try Self.fields(request.own)
        intervals = try request.own.count("intervals", most: Self.mostIntervals) ?? 0
        self.now = now
        self.mostGroups = mostGroups
    }

    private static func fields(_ own: OwnParameters) throws(FilterError) -> [Field] {
        guard let text = own["by"] else { return [.reason, .rule, .source, .destination] }
        var fields: [Field] = []
        for name in text.split(separator: ",") {
            guard let field = Field(rawValue: String(name)) else {
                throw own.error(
                    "by", "not a field", value: String(name),
                    accepted: Field.allCases.map(\.rawValue).joined(separator: ", "))
            }
            fields.append(field)
        }
        return fields
    }

    private struct Key: Hashable {
        var cause = DropsReport.Cause()
        var source: SideReport?
        var destination: SideReport?
        var port: PortReport?
    }

    package mutating func showOnly(_ namespaces: Set<String>?) { request.showOnly(namespaces) }

    package func answer(
        from observer: FlowObserver, _ budget: ReadingBudget
    ) throws(HistoryError) -> DropsReport {
        let times = intervals > 0 ? range(observer) : nil
        let step = times.map { ($0.upperBound - $0.lowerBound) / UInt64(max(1, intervals - 1)) + 1 } ?? 0
        let sums = try observer.sums(question(step), budget)
        let names = SummedNames(observer.catalog)
        let ranked = RankedSums(sums.groups, limit: request.limit) { key($0.values, names) }
        var report = DropsReport(
            coverage: request.coverage(sums), truncated: ranked.truncation(sums),
            drops: ranked.entries.map { key, sums in
                .init(
                    cause: key.cause, source: key.source, destination: key.destination, port: key.port,
                    sums: SumsReport(sums))
            })
        guard let times else { return report }
        let begin = times.lowerBound - times.lowerBound % step
        let parts = Dictionary(grouping: sums.groups) { key($0.values, names) }
        for (index, entry) in ranked.entries.enumerated() {
            var counts = [UInt64](repeating: 0, count: intervals)
            for part in parts[entry.key] ?? [] {
                let place = Int(clamping: (max(part.values.last ?? begin, begin) - begin) / step)
                counts[min(place, intervals - 1)] += part.flows
            }
            report.drops[index].counts = counts
        }
        report.intervals = .init(since: begin, until: begin + step * UInt64(intervals), step: step)
        return report
    }

    /// What is asked for, as far as there are flows.
    private func range(_ observer: FlowObserver) -> ClosedRange<UInt64>? {
        guard let held = observer.heldTimes() else { return nil }
        let since = max(request.request.since ?? 0, held.lowerBound)
        return since...max(since, min(request.request.until ?? now, now))
    }

    private func question(_ step: UInt64) -> SumQuestion {
        let fields: [FlowField] = by.flatMap { field -> [FlowField] in
            switch field {
            case .reason: [.dropReason, .kernelReason, .kernelFunction, .direction]
            case .rule: [.rule]
            case .source: [.sourceEndpoint, .sourceIdentity]
            case .destination: [.destinationEndpoint, .destinationIdentity]
            case .port: [.ipProtocol, .serverPort]
            }
        }
        var question = SumQuestion(
            by: fields + (step > 0 ? [.time(everyNanoseconds: step)] : []), mostGroups: mostGroups)
        question.times = request.request.times
        question.filter = request.request.filter
        if question.filter.allow.isEmpty { question.filter.allow = [FilterConditions()] }
        for index in question.filter.allow.indices {
            var dropped = FilterConditions()
            dropped.verdicts = [.dropped]
            question.filter.allow[index].also.append(dropped)
        }
        return question
    }

    private func key(_ values: [UInt64], _ names: SummedNames) -> Key {
        var values = values[...]
        func next() -> UInt64 { values.popFirst() ?? 0 }
        var key = Key()
        var reason = (DropReason.unknown, kernel: "", function: "", TrafficDirection.unknown)
        var rule: RuleReference?
        for field in by {
            switch field {
            case .reason:
                reason.0 = DropReason(rawValue: UInt16(truncatingIfNeeded: next()))
                (reason.kernel, reason.function) = (names.name(next()), names.name(next()))
                reason.3 = TrafficDirection(rawValue: UInt8(truncatingIfNeeded: next()))
            case .rule: rule = names.rule(next())
            case .source: key.source = SideReport(names.endpoint(next()), identity: UInt32(truncatingIfNeeded: next()))
            case .destination:
                key.destination = SideReport(names.endpoint(next()), identity: UInt32(truncatingIfNeeded: next()))
            case .port:
                let ipProtocol = IPProtocol(rawValue: UInt8(truncatingIfNeeded: next())).shownName
                key.port = PortReport(ipProtocol: ipProtocol, port: UInt16(truncatingIfNeeded: next()))
            }
        }
        key.cause = DropsReport.Cause(
            reason: reason.0, kernelReason: reason.kernel, kernelFunction: reason.function, direction: reason.3,
            rule: rule)
        return key
    }
}
