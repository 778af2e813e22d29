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

    /// See `FilterSpec.visibleNamespaces`.
    mutating func showOnly(_ namespaces: Set<String>?)

    /// May block on the disk.
    func answer(from observer: FlowObserver, _ budget: ReadingBudget) throws(HistoryError) -> Report
}

/// What such questions have in common: filters, times, a number of entries, and parameters of their own.
struct SumsRequest: Sendable {
    private(set) var request: FlowRequest
    /// Entries of the answer.
    let limit: Int
    let own: OwnParameters

    /// - Parameters:
    ///   - own: names of the parameters besides filters, times and `limit`.
    ///   - without: a filter that makes no sense here.
    init(
        _ items: [(name: String, value: String)], own names: [String] = [], without refused: FilterParameter? = nil,
        now: UInt64
    ) throws(FilterError) {
        let names = names + ["limit"]
        own = try OwnParameters(items, names)
        let parameters = FilterParameter.captured.filter { parameter in
            ![.first, .last, .follow, .uuid, .nodeName, refused].contains(parameter)
        }
        request = try FlowRequest(queryItems: items, now: now, accepting: parameters, others: names)
        limit = try own.count("limit", most: SumLimits.mostEntries) ?? SumLimits.defaultEntries
    }

    mutating func showOnly(_ namespaces: Set<String>?) { request.filter.visibleNamespaces = namespaces }

    /// A parameter of the question's own.
    subscript(name: String) -> String? { own[name] }

    func coverage(_ sums: FlowSums) -> CoverageReport {
        let coverage = sums.coverage
        return CoverageReport(
            asked: (request.since, request.until), held: coverage.held, losses: coverage.losses,
            damagedBlocks: coverage.damagedBlocks, damagedFlows: coverage.damagedFlows)
    }
}
