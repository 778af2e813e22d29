package import FlowFilter
package import FlowHistory
package import FlowObserver
internal import FlowWire

/// A question whose answer is a document of sums.
package protocol SumsQuestion: Sendable {
    associatedtype Report: Encodable, Sendable

    /// - Parameters:
    ///   - now: nanoseconds since 1970-01-01 UTC.
    ///   - mostGroups: flows of further groups are counted only.
    init(queryItems: [(name: String, value: String)], now: UInt64, mostGroups: Int) throws(FilterError)

    /// May block on the disk.
    func answer(from observer: FlowObserver, _ budget: ReadingBudget) throws(HistoryError) -> Report
}

/// What such questions have in common: filters, times, a number of entries, and parameters of their own.
struct SumsRequest: Sendable {
    let request: FlowRequest
    /// Entries of the answer.
    let limit: Int
    private let own: [String: String]

    /// - Parameters:
    ///   - own: names of the parameters besides filters, times and `limit`.
    ///   - without: a filter that makes no sense here.
    init(
        _ items: [(name: String, value: String)], own names: [String] = [], without refused: FilterParameter? = nil,
        now: UInt64
    ) throws(FilterError) {
        let names = names + ["limit"]
        var own: [String: String] = [:]
        for (index, item) in items.enumerated() where names.contains(item.name) {
            if own.updateValue(item.value, forKey: item.name) != nil {
                throw FilterError(parameter: item.name, value: item.value, position: index + 1, problem: "given twice")
            }
        }
        let parameters = FilterParameter.allCases.filter { parameter in
            ![.first, .last, .follow, .uuid, .nodeName, refused].contains(parameter)
        }
        request = try FlowRequest(
            queryItems: items.filter { !names.contains($0.name) }, now: now, accepting: parameters, others: names)
        let limit = own["limit"] ?? String(SumLimits.defaultEntries)
        guard let number = Int(limit), number > 0 else {
            throw FilterError(
                parameter: "limit", value: limit, problem: "not a number of entries", accepted: "a number from 1")
        }
        self.limit = number
        self.own = own
    }

    /// A parameter of the question's own.
    subscript(name: String) -> String? { own[name] }

    func coverage(_ sums: FlowSums) -> CoverageReport {
        let coverage = sums.coverage
        return CoverageReport(
            asked: (request.since, request.until), held: coverage.held, losses: coverage.losses,
            damagedBlocks: coverage.damagedBlocks, damagedFlows: coverage.damagedFlows)
    }
}
