internal import FlowModel

/// What is known of a batch of flows, whichever metrics count them: by flow.
struct SidedFlows: Sendable {
    /// Profiles of the source (upper half) and of the destination.
    private(set) var sides: [UInt64]
    private(set) var words: [FlowWord]
    private(set) var details: [FlowDetail]
    private var sources: [UInt32]
    private var destinations: [UInt32]

    init(capacity: Int) {
        sides = [UInt64](repeating: 0, count: capacity)
        words = [FlowWord](repeating: FlowWord(bits: 0), count: capacity)
        details = [FlowDetail](repeating: FlowDetail(bits: 0), count: capacity)
        sources = [UInt32](repeating: 0, count: capacity)
        destinations = sources
    }

    /// - Parameter flows: at most the capacity.
    mutating func load(_ flows: Span<Flow>, _ sources: inout SideProfiles, _ destinations: inout SideProfiles) {
        sources.resolve(flows, into: &self.sources)
        destinations.resolve(flows, into: &self.destinations)
        Self.makeWords(flows, self.sources, self.destinations, &sides, &words, &details)
    }

    @inline(never)
    private static func makeWords(
        _ flows: Span<Flow>, _ sources: [UInt32], _ destinations: [UInt32], _ sides: inout [UInt64],
        _ words: inout [FlowWord], _ details: inout [FlowDetail]
    ) {
        let table = LabelNumbers.table
        let numbers = table.span
        let (sources, destinations) = (sources.span, destinations.span)
        var sides = sides.mutableSpan
        var words = words.mutableSpan
        var details = details.mutableSpan
        for index in flows.indices {
            sides[index] = UInt64(sources[index]) << 32 | UInt64(destinations[index])
            // The lowest bit of a profile.
            let word = FlowWord(flows[index], isToWorld: UInt64(destinations[index] & 1), numbers)
            words[index] = word
            details[index] = FlowDetail(flows[index], word)
        }
    }
}
