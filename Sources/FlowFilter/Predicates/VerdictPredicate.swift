import FlowModel

struct VerdictPredicate {
    private let verdicts: [Verdict]

    init?(_ verdicts: [Verdict]) {
        if verdicts.isEmpty { return nil }
        self.verdicts = verdicts
    }

    func matches(_ flow: borrowing Flow) -> Bool { verdicts.contains(flow.verdict) }
}
