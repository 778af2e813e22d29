import FlowModel

/// The policy whose rule decided; flows that no rule decided never match.
extension FilterProgram {
    mutating func requirePolicy(_ accepted: [PolicyPattern], _ names: [TextTest], _ set: SetWord) {
        if !accepted.isEmpty { policies.restrict(set, .source) { rule in accepted.contains { $0.matches(rule) } } }
        if !names.isEmpty {
            policies.restrict(set, .source) { rule in
                !rule.name.isEmpty && names.contains { $0.holds(rule.name) }
            }
        }
    }

    @inline(never)
    mutating func narrowByPolicy(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        policies.narrow(&candidates, flows) { $0.rule }
    }
}
