internal import FlowCatalog
internal import FlowFilter
internal import FlowModel

/// Metrics that count the same flows, and those flows' tallies.
struct FlowSelection: Sendable {
    /// Positions among the registry's metrics.
    let metrics: [Int]
    /// Of the metrics, each once, among the registry's plans.
    let plans: [Int]
    var tallies: FlowTallies
    private var compiled: CompiledFilter?
    /// Which of a batch.
    private(set) var positions: [Int]

    /// - Parameter batch: flows, and tallies, that are looked at at a time.
    init(
        _ filter: FilterSpec, metrics: [Int], plans: [Int], _ fields: FlowFields, batch: Int, catalog: FlowCatalog
    ) {
        self.metrics = metrics
        self.plans = plans
        let isOfAll = filter == FilterSpec() && fields.subject == .all
        tallies = FlowTallies(
            fields, capacity: isOfAll ? FlowTallies.capacity : FlowTallies.partCapacity, batch: batch)
        compiled = filter == FilterSpec() ? nil : CompiledFilter(filter, catalog: catalog)
        positions = Array(0..<batch)
    }

    mutating func select(_ flows: Span<Flow>) {
        guard compiled != nil else { return }
        positions.removeAll(keepingCapacity: true)
        compiled?.select(flows, into: &positions)
    }

    mutating func selects(_ flow: Flow) -> Bool { compiled?.matches(flow) ?? true }

    /// Counts the selected flows.
    ///
    /// - Parameter start: the first of them that is not counted yet.
    /// - Returns: whether all are; if not, what they pushed out is to be counted first.
    mutating func tally(_ flows: Span<Flow>, _ batch: borrowing SidedFlows, from start: inout Int) -> Bool {
        let positions = positions
        let count = compiled == nil ? flows.count : positions.count
        start = tallies.add(flows, at: positions.span.extracting(first: count), from: start, batch)
        return start == count
    }
}
