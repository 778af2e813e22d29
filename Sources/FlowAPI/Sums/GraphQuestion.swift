package import FlowFilter
package import FlowHistory
internal import FlowModel
package import FlowObserver
package import FlowWire

/// `/v1/graph`: who talks to whom, workload by workload.
package struct GraphQuestion: SumsQuestion {
    private var request: SumsRequest
    private let mostGroups: Int

    package init(queryItems: [(name: String, value: String)], now: UInt64, mostGroups: Int) throws(FilterError) {
        request = try SumsRequest(queryItems, now: now)
        self.mostGroups = mostGroups
    }

    private struct Key: Hashable {
        let source: SideReport
        let destination: SideReport
        let ipProtocol: String
        let port: UInt16
        let verdict: Verdict
    }

    package mutating func showOnly(_ namespaces: Set<String>?) { request.showOnly(namespaces) }

    package func answer(from observer: FlowObserver, _ budget: ReadingBudget) throws(HistoryError) -> GraphReport {
        let sums = try observer.sums(question, budget)
        let names = SummedNames(observer.catalog)
        let ranked = RankedSums(sums.groups, limit: request.limit) { Self.key($0.values, names) }
        return GraphReport(
            coverage: request.coverage(sums), truncated: ranked.truncation(sums),
            edges: ranked.entries.map { key, sums in
                .init(
                    source: key.source, destination: key.destination, ipProtocol: key.ipProtocol, port: key.port,
                    verdict: key.verdict.name, sums: SumsReport(sums))
            })
    }

    private var question: SumQuestion {
        var question = SumQuestion(
            by: [
                .sourceEndpoint, .sourceIdentity, .destinationEndpoint, .destinationIdentity, .ipProtocol, .serverPort,
                .verdict, .isReply,
            ], mostGroups: mostGroups)
        question.times = request.request.times
        question.filter = request.request.filter
        return question
    }

    /// A reply's edge is that of what it answers.
    private static func key(_ values: [UInt64], _ names: SummedNames) -> Key {
        func side(_ index: Int) -> SideReport {
            SideReport(
                workloadOf: names.endpoint(values[index]), identity: UInt32(truncatingIfNeeded: values[index + 1]))
        }
        let isReply = values[7] == 1
        return Key(
            source: side(isReply ? 2 : 0), destination: side(isReply ? 0 : 2),
            ipProtocol: IPProtocol(rawValue: UInt8(truncatingIfNeeded: values[4])).shownName,
            port: UInt16(truncatingIfNeeded: values[5]),
            verdict: Verdict(rawValue: UInt8(truncatingIfNeeded: values[6])))
    }
}

extension IPProtocol {
    /// The number itself if it has no name.
    var shownName: String { layer4Name ?? String(rawValue) }
}
