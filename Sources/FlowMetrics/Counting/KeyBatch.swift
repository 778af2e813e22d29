/// What one metric counts of a batch: own labels, and whose flow's they are.
///
/// Keys are made for all flows of a batch first, then looked up, then counted, so that the processor can do several at
/// once, and no array is asked for its owner for each flow.
struct KeyBatch: Sendable {
    /// Instead of labels: the flow does not count.
    static let none = UInt64.max

    private(set) var count = 0
    private(set) var owns: [UInt64]
    /// Positions in the batch; ascending but for flows that count several times.
    private(set) var flows: [UInt32]

    /// - Parameter capacity: flows of a batch. Each counts thrice at most (`tcp`).
    init(capacity: Int) {
        owns = [UInt64](repeating: 0, count: 3 * capacity)
        flows = [UInt32](repeating: 0, count: 3 * capacity)
    }

    mutating func removeAll() { count = 0 }

    /// Appends the flows that count.
    ///
    /// - Parameter own: the labels, by a flow's word and its position in the batch.
    @inline(__always)
    mutating func collect(_ batch: borrowing FlowBatch, _ own: (FlowWord, Int) -> UInt64) {
        count = Self.collect(batch.words.span.extracting(first: batch.count), from: count, &owns, &flows, own)
    }

    /// Appends those of some flows that count.
    @inline(__always)
    mutating func collect(
        _ some: FlowBatch.Positions, of batch: borrowing FlowBatch, _ own: (FlowWord, Int) -> UInt64
    ) {
        for place in 0..<some.count {
            let position = some.positions[place]
            let value = own(batch.words[Int(position)], Int(position))
            (owns[count], flows[count]) = (value, position)
            count &+= value == Self.none ? 0 : 1
        }
    }

    @inline(__always)
    private static func collect(
        _ words: Span<FlowWord>, from start: Int, _ owns: inout [UInt64], _ flows: inout [UInt32],
        _ own: (FlowWord, Int) -> UInt64
    ) -> Int {
        var owns = owns.mutableSpan
        var flows = flows.mutableSpan
        var end = start
        for index in words.indices {
            let value = own(words[index], index)
            owns[end] = value
            flows[end] = UInt32(truncatingIfNeeded: index)
            end &+= value == Self.none ? 0 : 1
        }
        return end
    }

    /// Takes out what is not of these flows.
    mutating func keep(_ isKept: [Bool]) {
        var end = 0
        for index in 0..<count where isKept[Int(flows[index])] {
            (owns[end], flows[end]) = (owns[index], flows[index])
            end += 1
        }
        count = end
    }
}
