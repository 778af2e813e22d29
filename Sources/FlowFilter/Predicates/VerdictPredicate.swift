import FlowModel

extension FilterProgram {
    mutating func requireVerdict(_ accepted: [Verdict], _ set: SetWord) {
        if accepted.isEmpty { return }
        verdicts.restrict(set) { accepted.contains(Verdict(rawValue: UInt8($0))) }
    }

    @inline(never)
    func narrowByVerdict(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        verdicts.narrow(&candidates, flows) { Int($0.verdict.rawValue) }
    }
}
