/// Goes with a reader from row to row of a run of zones (`blocks` and then `tail`, or `drop_blocks`) and misses what does
/// not come: each row says how many flows are before it, and which is the last of them.
///
/// ```
///   ascending   row 1 ──► row 2 ── (3 is hidden) ──► row 4 says: 3 rows' flows are before me ──► extent
///   descending  extent ──► row 4 ── (3 is hidden) ──► row 2, which does not reach to where row 4 begins ──► row 1
/// ```
/// So that its first row is vouched for, too, a walk begins one row before the sequences that are wanted.
struct ZoneWalk {
    /// Flows that are not where the rows beside them say.
    struct Gap: Equatable {
        var sequences: ClosedRange<UInt64>
        var flows: UInt64
    }

    enum Place { case before, wanted, behind }

    private let order: HistoryCursor.Order
    private let wanted: ClosedRange<UInt64>
    /// Ascending: where the last row ended. Descending: where it began; nil before a row has said so.
    private var edge: ChainEnd?

    /// - Parameter end: of the whole run, as the partition's extent has it; nil if that cannot be read.
    init(_ order: HistoryCursor.Order, _ wanted: ClosedRange<UInt64>, end: ChainEnd?) {
        self.order = order
        self.wanted = wanted
        edge = order == .ascending ? ChainEnd() : end
    }

    /// Where the wanted sequences begin, in the order of the walk.
    var start: UInt64 { order == .ascending ? wanted.lowerBound : wanted.upperBound }

    /// Takes the next row.
    ///
    /// - Returns: where it lies in the order of the walk, nil for one out of place, which is to be passed over; and what
    ///   is missing before it of what is wanted.
    mutating func take(_ key: BlockKey) -> (place: Place?, gap: Gap?) {
        switch order {
        case .ascending:
            if let edge, edge.flows > 0, key.firstSequence <= edge.lastSequence { return (nil, nil) }
            let gap = gap(from: edge, to: key.begin)
            edge = key.end
            let place: Place =
                key.lastSequence < wanted.lowerBound
                ? .before : key.firstSequence > wanted.upperBound ? .behind : .wanted
            return (place, gap)
        case .descending:
            if key.firstSequence > wanted.upperBound {
                edge = key.begin
                return (.before, nil)
            }
            if let edge, key.lastSequence > edge.lastSequence { return (nil, nil) }
            let gap = gap(from: key.end, to: edge)
            edge = key.begin
            return (key.lastSequence < wanted.lowerBound ? .behind : .wanted, gap)
        }
    }

    /// Whether rows that come next, if there are any, are behind what is wanted.
    var isThrough: Bool {
        guard order == .descending, let edge else { return false }
        return edge.flows == 0 || edge.lastSequence < wanted.lowerBound
    }

    /// What is missing of what is wanted when no row is left.
    func gapAtEnd(_ end: ChainEnd?) -> Gap? {
        order == .ascending ? gap(from: edge, to: end) : gap(from: ChainEnd(), to: edge)
    }

    private func gap(from left: ChainEnd?, to right: ChainEnd?) -> Gap? {
        guard let left, let right, right.flows > left.flows else { return nil }
        let low = max(left.flows == 0 ? 0 : left.lastSequence + 1, wanted.lowerBound)
        let high = min(right.lastSequence, wanted.upperBound)
        guard low <= high else { return nil }
        // What a row before it says may reach beyond what is wanted.
        return Gap(sequences: low...high, flows: min(right.flows - left.flows, high - low + 1))
    }
}
