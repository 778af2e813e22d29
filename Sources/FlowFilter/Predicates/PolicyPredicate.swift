import FlowModel

/// The policy whose rule decided; flows that no rule decided never match.
extension FilterProgram {
    mutating func requirePolicy(_ accepted: [PolicyPattern], _ set: SetWord) {
        if accepted.isEmpty { return }
        policies.restrict(set, .source) { rule in accepted.contains { $0.matches(rule) } }
    }

    @inline(never)
    mutating func narrowByPolicy(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        policies.narrow(&candidates, flows) { $0.rule }
    }
}
