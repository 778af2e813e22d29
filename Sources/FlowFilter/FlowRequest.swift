/// What a reader asks for: which flows, from when to when, how many from which end, and whether to stay for new ones.
///
/// Nothing here is a default: who answers decides what a request without `first`, `last` or `since` means.
package struct FlowRequest: Hashable, Sendable {
    package var filter = FilterSpec()
    /// Nanoseconds since 1970-01-01 UTC; the bound itself is included.
    package var since: UInt64?
    package var until: UInt64?
    /// Only so many of the oldest, or of the newest.
    package var first: Int?
    package var last: Int?
    package var follow = false
    /// Only flows behind this sequence, as who has the others comes back. Takes the place of `last`.
    package var after: UInt64?

    package init() {}

    /// Reads the parameters of a query string or a command line, in their order.
    ///
    /// Repeating a filter adds an alternative, different filters must all be met; `pod`, `ip`, `port` and the like
    /// without
    /// `from-` or `to-` are met by either side. `not` turns the filter after it into one that leaves its flows out.
    ///
    /// - Parameters:
    ///   - now: nanoseconds since 1970-01-01 UTC, from which durations count back.
    ///   - origin: whose flows are asked for.
    ///   - parameters: those that are accepted.
    ///   - others: accepted, too, but read elsewhere and passed over here.
    package init(
        queryItems: [(name: String, value: String)], now: UInt64, of origin: FlowOrigin = .unknown,
        accepting parameters: [FilterParameter] = FilterParameter.captured, others: [String] = []
    ) throws(FilterError) {
        var reader = RequestReader(now: now, of: origin, accepting: parameters, others: others)
        for item in queryItems { try reader.read(name: item.name, value: item.value) }
        self = try reader.finish()
    }

    /// From `since` to `until`; nil: all.
    package var times: ClosedRange<UInt64>? {
        guard since != nil || until != nil else { return nil }
        let since = since ?? 0
        return since...max(since, until ?? .max)
    }
}
