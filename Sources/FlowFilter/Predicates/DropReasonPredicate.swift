import FlowModel

/// Hubble's reason of a drop; flows that were not dropped never match.
struct DropReasonPredicate {
    private let reasons: [DropReason]

    init?(_ reasons: [DropReason]) {
        if reasons.isEmpty { return nil }
        self.reasons = reasons
    }

    func matches(_ flow: borrowing Flow) -> Bool {
        guard flow.verdict == .dropped else { return false }
        return reasons.contains(flow.dropReason)
    }
}

extension DropReason {
    /// A name in any case, or a number.
    init?(filterValue: String) {
        if let number = UInt16(filterValue) {
            self.init(rawValue: number)
        } else {
            self.init(name: filterValue.uppercased())
        }
    }
}
