import FlowModel

/// The sets that each value of a small field leaves standing: one look-up a flow, whatever the conditions say.
///
/// 8 bytes a value, none while no set has a condition on the field.
struct ValueTable: Sendable {
    private let count: Int
    private var words: [SetWord] = []

    init(values count: Int) { self.count = count }

    /// Several restrictions of one set must all hold.
    mutating func restrict(_ set: SetWord, to isAccepted: (Int) -> Bool) {
        if words.isEmpty { words = Array(repeating: .max, count: count) }
        for value in words.indices where !isAccepted(value) { words[value] &= ~set }
    }

    /// Whether a set stands for any value.
    func leaves(_ set: SetWord) -> Bool { words.isEmpty || words.contains { $0 & set != 0 } }

    @inline(__always)
    func narrow(_ candidates: inout Candidates, _ flows: Span<Flow>, by value: (borrowing Flow) -> Int) {
        if words.isEmpty { return }
        candidates.narrow(flows) { flow in words[value(flow)] }
    }
}
