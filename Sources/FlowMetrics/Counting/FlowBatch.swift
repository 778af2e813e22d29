internal import FlowModel

/// A batch of flows as metrics look at it: a word each, and which of them are of the rarer kinds that few metrics ask for.
struct FlowBatch: Sendable {
    private(set) var count = 0
    private(set) var words: [FlowWord]
    /// Flows with the verdict DROPPED or AUDIT.
    private(set) var denied: Positions
    /// Policy verdicts, and records of layer 7.
    private(set) var judged: Positions
    private(set) var icmp: Positions
    /// Of all batches.
    private(set) var forwardedFlows: UInt64 = 0
    private(set) var droppedFlows: UInt64 = 0

    /// Positions of some flows in the batch, ascending.
    struct Positions: Sendable {
        fileprivate(set) var count = 0
        private(set) var positions: [UInt32]

        init(capacity: Int) { positions = [UInt32](repeating: 0, count: capacity + 1) }

        /// Without a branch: what is not wanted is overwritten by the next.
        @inline(__always)
        fileprivate mutating func append(_ position: Int, if isWanted: Bool) {
            positions[count] = UInt32(truncatingIfNeeded: position)
            count &+= isWanted ? 1 : 0
        }
    }

    init(capacity: Int) {
        words = [FlowWord](repeating: FlowWord(Flow()), count: capacity)
        denied = Positions(capacity: capacity)
        judged = Positions(capacity: capacity)
        icmp = Positions(capacity: capacity)
    }

    /// - Parameter flows: at most the capacity.
    @inline(never)
    mutating func load(_ flows: Span<Flow>) {
        count = flows.count
        Self.makeWords(flows, &words)
        (denied.count, judged.count, icmp.count) = (0, 0, 0)
        var (forwarded, dropped): (UInt64, UInt64) = (0, 0)
        for index in 0..<count {
            let word = words[index]
            let verdict = word[FlowWord.verdict]
            forwarded &+= verdict == UInt64(Verdict.forwarded.rawValue) ? 1 : 0
            dropped &+= verdict == UInt64(Verdict.dropped.rawValue) ? 1 : 0
            denied.append(index, if: word.has(.dropped) != word.has(.audit))
            let type = word[FlowWord.type]
            judged.append(
                index, if: (type == FlowTypeLabel.policyVerdict) != FlowTypeLabel.layer7.contains(type))
            // ICMPv4 and ICMPv6 are 2 and 3.
            icmp.append(index, if: word[FlowWord.layer4] &>> 1 == 1)
        }
        forwardedFlows &+= forwarded
        droppedFlows &+= dropped
    }

    private static func makeWords(_ flows: Span<Flow>, _ words: inout [FlowWord]) {
        var output = words.mutableSpan
        for index in flows.indices { output[index] = FlowWord(flows[index]) }
    }
}
