import FlowModel

/// The sets that each value of a wide field leaves standing, as a sorted list of the values at which the answer changes.
///
/// A look-up is a binary search. Most flows take the same way through it, so that branches, which are guessed well, were
/// faster than arithmetic in their place. 24 bytes and a bound for each end of a range.
struct RangeTable<Bound: FixedWidthInteger & Sendable>: Sendable {
    /// Ascending from 0; each holds up to the next. Empty while no set has a condition on the field.
    private var bounds: [Bound] = []
    private(set) var words: [SidedWord] = []

    /// Several restrictions of one set must all hold.
    mutating func restrict(_ set: SetWord, _ side: Side, to ranges: [ClosedRange<Bound>]) {
        split(at: ranges)
        let ranges = ranges.sorted { $0.lowerBound < $1.lowerBound }
        var (next, reach) = (0, Bound?.none)
        for index in bounds.indices {
            while next < ranges.count, ranges[next].lowerBound <= bounds[index] {
                reach = max(reach ?? 0, ranges[next].upperBound)
                next += 1
            }
            let isAccepted = reach.map { $0 >= bounds[index] } ?? false
            if !isAccepted { words[index].refuse(set, side) }
        }
    }

    mutating func restrict(_ set: SetWord, to ranges: Sided<ClosedRange<Bound>>) {
        for side in Side.allCases where !ranges[side].isEmpty { restrict(set, side, to: ranges[side]) }
    }

    private mutating func split(at ranges: [ClosedRange<Bound>]) {
        var ends = Set(bounds + [0])
        for range in ranges {
            ends.insert(range.lowerBound)
            if range.upperBound < .max { ends.insert(range.upperBound + 1) }
        }
        let finer = ends.sorted()
        words = finer.map { bounds.isEmpty ? SidedWord() : words[position(of: $0)] }
        bounds = finer
    }

    /// Whether a set stands for any value of the source, any of the destination, and any of whichever of them.
    func leaves(_ set: SetWord) -> Bool {
        words.isEmpty
            || words.contains { $0.source & set != 0 } && words.contains { $0.destination & set != 0 }
                && words.contains { $0.either & set != 0 }
    }

    @inline(__always)
    func position(of value: Bound) -> Int {
        var (base, length) = (0, bounds.count)
        while length > 1 {
            let half = length / 2
            base &+= bounds[base &+ half] <= value ? half : 0
            length &-= half
        }
        return base
    }

    @inline(__always)
    func narrow(
        _ candidates: inout Candidates, _ flows: Span<Flow>, by source: (borrowing Flow) -> Bound,
        _ destination: (borrowing Flow) -> Bound
    ) {
        if bounds.isEmpty { return }
        candidates.narrow(flows) { flow in
            SidedWord.joined(words[position(of: source(flow))], words[position(of: destination(flow))])
        }
    }

    /// For a field that has no sides: its conditions are the source's.
    @inline(__always)
    func narrow(_ candidates: inout Candidates, _ flows: Span<Flow>, by value: (borrowing Flow) -> Bound) {
        if bounds.isEmpty { return }
        candidates.narrow(flows) { flow in words[position(of: value(flow))].source }
    }
}
