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
            if !programs[programs.count - 1].hasRoom(for: set.conditions) { programs.append(FilterProgram(catalog)) }
            programs[programs.count - 1].add(set.conditions, isDeny: set.isDeny, within: spec.visibleNamespaces)
        }
    }

    /// Appends the positions of the flows that match, ascending.
    package mutating func select(_ flows: Span<Flow>, into positions: inout [Int]) {
        var start = 0
        while start < flows.count {
            let end = min(start + Candidates.capacity, flows.count)
            judge(flows.extracting(start..<end), nil)
            for index in 0..<end - start where outcomes[index] == .allowed { positions.append(start + index) }
            start = end
        }
    }

    private mutating func judge(_ flows: Span<Flow>, _ details: FlowDetails?) {
        for index in flows.indices { outcomes[index] = [] }
        for index in programs.indices {
            programs[index].judge(flows, details, &candidates, isAlone: programs.count == 1, &outcomes)
        }
    }

    /// For a single flow; many are judged faster by `select`.
    ///
    /// - Parameter details: what is told of the flow beyond what it holds; nil: nothing.
    package mutating func matches(_ flow: Flow, _ details: FlowDetails? = nil) -> Bool {
        let batch: InlineArray<1, Flow> = [flow]
        judge(batch.span, details)
        return outcomes[0] == .allowed
    }
}
