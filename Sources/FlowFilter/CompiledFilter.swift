package import FlowCatalog
package import FlowModel

/// A filter made ready for one catalog: a flow is judged by integers only.
///
/// What depends on names is asked once for each catalog index and remembered. A value of one reader's own thread; a flow
/// costs about a nanosecond for each field that a condition looks at, however many conditions there are.
package struct CompiledFilter: Sendable {
    private var programs: [FilterProgram]
    private var candidates = Candidates()
    private var outcomes = [FilterOutcome](repeating: [], count: Candidates.capacity)

    package init(_ spec: FilterSpec, catalog: FlowCatalog) {
        programs = [FilterProgram(catalog)]
        let allow = spec.allow.isEmpty ? [FilterConditions()] : spec.allow
        let sets = allow.map { (conditions: $0, isDeny: false) } + spec.deny.map { (conditions: $0, isDeny: true) }
        for set in sets {
            if programs[programs.count - 1].isFull { programs.append(FilterProgram(catalog)) }
            programs[programs.count - 1].add(set.conditions, isDeny: set.isDeny, within: spec.visibleNamespaces)
        }
    }

    /// Appends the positions of the flows that match, ascending.
    package mutating func select(_ flows: Span<Flow>, into positions: inout [Int]) {
        var start = 0
        while start < flows.count {
            let end = min(start + Candidates.capacity, flows.count)
            selectBatch(flows.extracting(start..<end), start, into: &positions)
            start = end
        }
    }

    private mutating func selectBatch(_ flows: Span<Flow>, _ start: Int, into positions: inout [Int]) {
        for index in flows.indices { outcomes[index] = [] }
        for index in programs.indices {
            programs[index].judge(flows, &candidates, isAlone: programs.count == 1, &outcomes)
        }
        for index in flows.indices where outcomes[index] == .allowed { positions.append(start + index) }
    }

    /// For a single flow; many are judged faster by `select`.
    package mutating func matches(_ flow: Flow) -> Bool {
        let batch: InlineArray<1, Flow> = [flow]
        var positions: [Int] = []
        select(batch.span, into: &positions)
        return !positions.isEmpty
    }
}
