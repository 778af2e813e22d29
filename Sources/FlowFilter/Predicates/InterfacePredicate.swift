import FlowModel

/// The network interface at which the event was made.
extension FilterProgram {
    mutating func requireInterface(_ accepted: [String], _ set: SetWord) {
        if accepted.isEmpty { return }
        interfaces.restrict(set, .source) { accepted.contains($0) }
    }

    @inline(never)
    mutating func narrowByInterface(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        interfaces.narrow(&candidates, flows) { $0.interfaceName }
    }
}
