import FlowModel

/// Hubble's reason of a drop; flows that were not dropped never match.
extension FilterProgram {
    mutating func requireDropReason(_ accepted: [DropReason], _ set: SetWord) {
        if accepted.isEmpty { return }
        requireVerdict([.dropped], set)
        dropReasons.restrict(set, .source, to: accepted.map { UInt32($0.rawValue)...UInt32($0.rawValue) })
    }

    @inline(never)
    func narrowByDropReason(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        dropReasons.narrow(&candidates, flows) { UInt32($0.dropReason.rawValue) }
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
