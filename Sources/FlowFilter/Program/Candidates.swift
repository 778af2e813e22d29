import FlowModel

/// The flows of a batch for which some set of conditions still stands, and which sets those are.
///
/// Each field takes away the flows that it decides, without a branch that depends on the flow, so that fields asked later
/// look at fewer.
struct Candidates: Sendable {
    private struct Candidate {
        /// Position of the flow in the batch.
        var position = 0
        var sets: SetWord = 0
    }

    /// Most flows of a batch: 16 KiB of flows, half of a core's nearest cache.
    static let capacity = 128

    private(set) var count = 0
    /// A flow with none of these standing is taken away.
    private var needed = SetWord.max
    /// Ascending by position; valid up to `count`.
    private var candidates = [Candidate](repeating: Candidate(), count: capacity)

    /// All flows of a batch, with all sets standing.
    mutating func begin(count: Int, sets: SetWord, needed: SetWord) {
        self.count = count
        self.needed = needed
        var span = candidates.mutableSpan
        for position in 0..<count { span[position] = Candidate(position: position, sets: sets) }
    }

    @inline(__always)
    mutating func narrow(_ flows: Span<Flow>, _ answer: (borrowing Flow) -> SetWord) {
        let (count, needed) = (count, needed)
        var kept = 0
        var span = candidates.mutableSpan
        for index in 0..<count {
            var candidate = span[index]
            candidate.sets &= answer(flows[candidate.position])
            span[kept] = candidate
            let standing = candidate.sets & needed
            kept &+= Int(truncatingIfNeeded: (standing | (0 &- standing)) &>> 63)
        }
        self.count = kept
    }

    /// Calls with each candidate's position in the batch, ascending, and the sets that it meets.
    @inline(__always)
    func forEach(_ body: (Int, SetWord) -> Void) {
        for index in 0..<count { body(candidates[index].position, candidates[index].sets) }
    }
}
