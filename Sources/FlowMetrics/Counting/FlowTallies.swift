internal import FlowModel

/// Flows that no metric tells apart, counted together.
struct Tally: BitwiseCopyable, Sendable {
    /// Profiles of the source (upper half) and of the destination.
    var sides: UInt64 = 0
    /// The fields that metrics ask.
    var word = FlowWord(bits: 0)
    var detail = FlowDetail(bits: 0)
    /// 0: there is no tally.
    var flows: UInt64 = 0
    var bytes: UInt64 = 0
    var packets: UInt64 = 0
    /// Of the last of the flows.
    var timeNanoseconds: UInt64 = 0
    var sequence: UInt64 = 0

    static let sourceMask: UInt64 = 0xffff_ffff << 32
    static let destinationMask: UInt64 = 0xffff_ffff

    var source: UInt32 { UInt32(sides >> 32) }
    var destination: UInt32 { UInt32(truncatingIfNeeded: sides) }
    var exemplar: Exemplar { Exemplar(sequence: sequence, timeNanoseconds: timeNanoseconds) }

    @inline(__always)
    func isAlike(_ sides: UInt64, _ word: FlowWord, _ detail: FlowDetail) -> Bool {
        (self.sides ^ sides) | (self.word.bits ^ word.bits) | (self.detail.bits ^ detail.bits) == 0
    }

    @inline(__always)
    mutating func add(_ flow: borrowing Flow) {
        flows &+= 1
        bytes &+= flow.bytes
        packets &+= UInt64(flow.packets)
        timeNanoseconds = flow.timeNanoseconds
        sequence = flow.sequence
    }
}

/// Counts flows that are alike together before metrics see them, as most flows are like others: a few nanoseconds a flow
/// however many metrics there are.
///
/// A place for each hash of what they are alike in. Flows that are not like those in their place push them out, to
/// `pushedOut`; what stays comes out by `pushOut()`. Owned by the registry. Allocates nothing after it was made.
struct FlowTallies: Sendable {
    /// Places of all flows' tallies; a power of two. Many more than flows that differ, so that few push others out: what
    /// counts for a processor's cache is the places that are taken.
    static let capacity = 32_768
    /// Places where only some flows count.
    static let partCapacity = 4_096

    private let fields: FlowFields
    private var places: [Tally]
    private(set) var pushedOut: TallyBatch
    /// Places with tallies, in the order in which they were taken.
    private var taken: TakenPlaces
    /// `pushOut()` goes on with this one of them.
    private var next = 0

    private struct TakenPlaces: Sendable {
        var count = 0
        var places: [UInt16]
    }

    init(_ fields: FlowFields, capacity: Int, batch: Int) {
        self.fields = fields
        places = [Tally](repeating: Tally(), count: capacity)
        pushedOut = TallyBatch(capacity: batch)
        taken = TakenPlaces(places: [UInt16](repeating: 0, count: capacity))
    }

    /// Counts flows.
    ///
    /// - Parameters:
    ///   - positions: which of the flows.
    ///   - start: the first of the positions that is not counted yet.
    ///   - batch: what is known of them.
    /// - Returns: the next that is not counted; it is if there is no room any more for what is pushed out.
    mutating func add(
        _ flows: Span<Flow>, at positions: Span<Int>, from start: Int, _ batch: borrowing SidedFlows
    ) -> Int {
        Self.add(
            flows, positions, start, batch.words.span, batch.sides.span, batch.details.span, fields, to: &places,
            &taken, &pushedOut)
    }

    /// Static, so that places and what they push out can be told to be of different owners.
    @inline(never)
    private static func add(
        _ flows: Span<Flow>, _ positions: Span<Int>, _ start: Int, _ words: Span<FlowWord>,
        _ sides: Span<UInt64>, _ details: Span<FlowDetail>, _ fields: FlowFields, to places: inout [Tally],
        _ taken: inout TakenPlaces, _ pushedOut: inout TallyBatch
    ) -> Int {
        let isOfBeginnings = fields.subject == .beginnings
        var places = places.mutableSpan
        for position in start..<positions.count {
            let index = positions[position]
            // Flows that are not told apart have a tally together, of profiles that there are none of.
            let told = isOfBeginnings ? 0 &- words[index].begins : .max
            let word = FlowWord(bits: fields.word(words[index]).only(told))
            let detail = FlowDetail(bits: details[index].bits & fields.details)
            let sides = sides[index] & fields.sides & told
            let place = Self.place(sides, word, detail, of: places.count)
            if !places[place].isAlike(sides, word, detail) {
                if places[place].flows == 0 {
                    taken.places[taken.count] = UInt16(place)
                    taken.count += 1
                } else if !pushedOut.append(places[place]) {
                    return position
                }
                places[place] = Tally(sides: sides, word: word, detail: detail)
            }
            places[place].add(flows[index])
        }
        return positions.count
    }

    @inline(__always)
    private static func place(_ sides: UInt64, _ word: FlowWord, _ detail: FlowDetail, of count: Int) -> Int {
        // The upper half of the product, too, so that no bit of the word is lost.
        let hash = sides &* 0x9e37_79b9_7f4a_7c15 ^ word.bits ^ detail.bits &* 0xd6e8_feb8_6659_fd93
        let product = hash.multipliedFullWidth(by: 0xc2b2_ae3d_27d4_eb4f)
        return Int(truncatingIfNeeded: product.high ^ product.low) & (count &- 1)
    }

    /// Makes room for what is pushed out, after that was counted.
    mutating func removePushedOut() { pushedOut.removeAll() }

    /// Pushes out what is there, as far as there is room.
    ///
    /// - Returns: whether there may be more.
    mutating func pushOut() -> Bool {
        while next < taken.count {
            let place = Int(taken.places[next])
            if !pushedOut.append(places[place]) { return true }
            places[place] = Tally()
            next += 1
        }
        (next, taken.count) = (0, 0)
        return false
    }

    var memoryBytes: Int { (places.capacity + pushedOut.memoryFlows) * MemoryLayout<Tally>.stride }
}

/// Some tallies on their way to metrics.
struct TallyBatch: Sendable {
    private(set) var count = 0
    /// The first `count` are there.
    private(set) var tallies: [Tally]

    init(capacity: Int) { tallies = [Tally](repeating: Tally(), count: capacity) }

    /// - Returns: false: there is no room.
    mutating func append(_ tally: Tally) -> Bool {
        guard count < tallies.count else { return false }
        tallies[count] = tally
        count += 1
        return true
    }

    mutating func removeAll() { count = 0 }

    var memoryFlows: Int { tallies.capacity }
}
