import FlowModel

/// Single flows, as an identifier names them.
extension FilterProgram {
    mutating func requireSequence(_ accepted: [UInt64], _ set: SetWord) {
        if accepted.isEmpty { return }
        sequences.restrict(set, .source, to: accepted.map { $0...$0 })
    }

    @inline(never)
    func narrowBySequence(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        sequences.narrow(&candidates, flows) { $0.sequence }
    }
}
