package import FlowFilter
package import FlowHistory
internal import FlowModel
package import FlowObserver
package import FlowWire

/// `/v1/drops`: who was dropped, why, and how often.
package struct DropsQuestion: SumsQuestion {
    private var request: SumsRequest
    private let mostGroups: Int

    package init(
        queryItems: [(name: String, value: String)], now: UInt64, mostGroups: Int
    ) throws(FilterError) {
        // All drops have the same verdict.
        request = try SumsRequest(queryItems, without: .verdict, now: now)
        self.mostGroups = mostGroups
    }

    private struct Key: Hashable {
        let cause: DropsReport.Cause
        let source: SideReport
        let destination: SideReport
    }

    package mutating func showOnly(_ namespaces: Set<String>?) { request.showOnly(namespaces) }

    package func answer(
        from observer: FlowObserver, _ budget: ReadingBudget
    ) throws(HistoryError) -> DropsReport {
        let sums = try observer.sums(question, budget)
        let names = SummedNames(observer.catalog)
        let ranked = RankedSums(sums.groups, limit: request.limit) { Self.key($0.values, names) }
        return DropsReport(
            coverage: request.coverage(sums), truncated: ranked.truncation(sums),
            drops: ranked.entries.map { key, sums in
                .init(cause: key.cause, source: key.source, destination: key.destination, sums: SumsReport(sums))
            })
    }

    private var question: SumQuestion {
        var question = SumQuestion(
            by: [
                .dropReason, .kernelReason, .kernelFunction, .direction, .rule, .sourceEndpoint, .sourceIdentity,
                .destinationEndpoint, .destinationIdentity,
            ], mostGroups: mostGroups)
        question.times = request.request.times
        question.filter = request.request.filter
        if question.filter.allow.isEmpty { question.filter.allow = [FilterConditions()] }
        for index in question.filter.allow.indices { question.filter.allow[index].verdicts = [.dropped] }
        return question
    }

    private static func key(_ values: [UInt64], _ names: SummedNames) -> Key {
        Key(
            cause: DropsReport.Cause(
                reason: DropReason(rawValue: UInt16(truncatingIfNeeded: values[0])),
                kernelReason: names.name(values[1]), kernelFunction: names.name(values[2]),
                direction: TrafficDirection(rawValue: UInt8(truncatingIfNeeded: values[3])),
                rule: names.rule(values[4])),
            source: SideReport(names.endpoint(values[5]), identity: UInt32(truncatingIfNeeded: values[6])),
            destination: SideReport(names.endpoint(values[7]), identity: UInt32(truncatingIfNeeded: values[8])))
    }
}
