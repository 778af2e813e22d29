import FlowModel

/// Reads a block (`BlockFormat`): single lanes, single rows or all of it. Keeps its memory for the next block.
struct BlockDecoder {
    struct LaneView {
        var encoding: BlockFormat.Encoding
        var width = 0
        var mask: UInt64 = 0
        var base: UInt64 = 0
        var slope: UInt64 = 0
        /// First word of the rows' bits.
        var start = 0
        /// Where this lane's entries begin in `entries`; there are 2^width, so that no index lies beyond.
        var entryStart = 0
    }

    /// Filled by the caller (out of a column), then checked by `open`.
    var words: [UInt64] = []
    private(set) var flowCount = 0
    private var lanes: [LaneView] = []
    private var entries: [UInt64] = []
    /// One lane of the whole block, while rows are chosen by it.
    var laneValues: [UInt64] = []
    private var scratch = [UInt64](repeating: 0, count: Self.tile * Lane.count)

    /// Rows that are unpacked together, so that their lanes stay in the first-level cache.
    private static let tile = 256

    /// Checks the block in `words` and finds its lanes.
    mutating func open() throws(BlockDamage) {
        guard words.count > BlockFormat.headerWords else { throw BlockDamage("\(words.count) words are too short") }
        let version = words[0] & 0xff
        guard version == BlockFormat.version else {
            throw BlockDamage("version \(version), and \(BlockFormat.version) is known")
        }
        guard words[1] == BlockFormat.checksum(words.span) else { throw BlockDamage("the checksum differs") }
        flowCount = Int(words[0] >> 16 & 0xffff_ffff)
        guard words[0] >> 8 & 0xff == Lane.count, (1...BlockFormat.maximumFlows).contains(flowCount) else {
            throw BlockDamage("\(words[0] >> 8 & 0xff) lanes of \(flowCount) flows")
        }
        lanes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        var position = BlockFormat.headerWords
        for lane in Lane.allCases { lanes.append(try openLane(lane, &position)) }
        guard position == words.count - 1 else { throw BlockDamage("\(words.count - 1 - position) words too many") }
    }

    private mutating func openLane(_ lane: Lane, _ position: inout Int) throws(BlockDamage) -> LaneView {
        let descriptor = try take(1, &position, lane)
        let word = words[descriptor]
        guard let encoding = BlockFormat.Encoding(rawValue: UInt8(truncatingIfNeeded: word)) else {
            throw BlockDamage("lane \(lane) has the unknown encoding \(word & 0xff)")
        }
        var view = LaneView(encoding: encoding)
        view.width = Int(word >> 8 & 0xff)
        guard view.width <= 64 else { throw BlockDamage("lane \(lane) is \(view.width) bits wide") }
        view.mask = BlockFormat.mask(width: view.width)
        if encoding != .zero { view.base = words[try take(1, &position, lane)] }
        if encoding == .ramp { view.slope = words[try take(1, &position, lane)] }
        if encoding == .dictionary { try openDictionary(lane, word, &view, &position) }
        view.start = try take(BlockFormat.words(bits: view.width, count: flowCount), &position, lane)
        return view
    }

    private mutating func openDictionary(
        _ lane: Lane, _ descriptor: UInt64, _ view: inout LaneView, _ position: inout Int
    ) throws(BlockDamage) {
        let entryWidth = Int(descriptor >> 16 & 0xff)
        let count = Int(descriptor >> 32)
        guard (1...BlockFormat.maximumIndexWidth).contains(view.width), entryWidth <= 64, count <= 1 << view.width
        else {
            throw BlockDamage("lane \(lane) has a dictionary of \(count) entries of \(entryWidth) bits")
        }
        let start = try take(BlockFormat.words(bits: entryWidth, count: count), &position, lane)
        view.entryStart = entries.count
        let mask = BlockFormat.mask(width: entryWidth)
        let words = words
        for index in 0..<count {
            entries.append(
                view.base &+ BitPacking.bits(words.span, start: start, width: entryWidth, mask: mask, row: index))
        }
        entries.append(contentsOf: repeatElement(0, count: 1 << view.width - count))
    }

    /// The index of the next words, which must lie before the block's last.
    private func take(_ count: Int, _ position: inout Int, _ lane: Lane) throws(BlockDamage) -> Int {
        guard count <= words.count - 1 - position else { throw BlockDamage("it ends within lane \(lane)") }
        defer { position += count }
        return position
    }
}

/// What is wrong with a block.
struct BlockDamage: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

// MARK: Rows

extension BlockDecoder {
    /// One value of one lane.
    func value(_ lane: Lane, row: Int) -> UInt64 {
        let view = lanes[lane.rawValue]
        guard view.width > 0 else { return view.base &+ view.slope &* UInt64(row) }
        let bits = BitPacking.bits(words.span, start: view.start, width: view.width, mask: view.mask, row: row)
        switch view.encoding {
        case .dictionary: return entries[view.entryStart + Int(truncatingIfNeeded: bits)]
        default: return view.base &+ view.slope &* UInt64(row) &+ bits
        }
    }

    /// The values of some rows of one lane, to `values` from `offset` on.
    @inline(never)
    func unpack(_ lane: Lane, rows: Range<Int>, into values: inout MutableSpan<UInt64>, at offset: Int) {
        let view = lanes[lane.rawValue]
        let words = words.span
        let entries = entries.span
        let shift = offset &- rows.lowerBound
        switch view.encoding {
        case _ where view.width == 0:
            for row in rows { values[shift &+ row] = view.base &+ view.slope &* UInt64(truncatingIfNeeded: row) }
        case .dictionary:
            for row in rows {
                let bits = BitPacking.bits(words, start: view.start, width: view.width, mask: view.mask, row: row)
                values[shift &+ row] = entries[view.entryStart &+ Int(truncatingIfNeeded: bits)]
            }
        default:
            for row in rows {
                let bits = BitPacking.bits(words, start: view.start, width: view.width, mask: view.mask, row: row)
                values[shift &+ row] = view.base &+ view.slope &* UInt64(truncatingIfNeeded: row) &+ bits
            }
        }
    }

    /// The flows of the given rows, which rise.
    mutating func flows(rows: [Int]) -> [Flow] {
        var flows: [Flow] = []
        flows.reserveCapacity(rows.count)
        var next = 0
        while next < rows.count {
            let start = rows[next] & ~(Self.tile - 1)
            var end = next
            while end < rows.count && rows[end] < start + Self.tile { end += 1 }
            append(rows[next..<end], tileStart: start, to: &flows)
            next = end
        }
        return flows
    }

    /// Unpacks the whole tile when many of its rows are wanted, and otherwise picks out the single values.
    private mutating func append(_ rows: ArraySlice<Int>, tileStart: Int, to flows: inout [Flow]) {
        let isDense = rows.count > Self.tile / 8
        var scratch: [UInt64] = []
        swap(&scratch, &self.scratch)
        defer { swap(&scratch, &self.scratch) }
        if isDense {
            let tileRows = tileStart..<min(tileStart + Self.tile, flowCount)
            for lane in Lane.allCases {
                var values = scratch.mutableSpan
                unpack(lane, rows: tileRows, into: &values, at: lane.rawValue * Self.tile)
            }
        }
        for row in rows {
            if !isDense {
                for lane in Lane.allCases {
                    scratch[lane.rawValue * Self.tile + row - tileStart] = value(lane, row: row)
                }
            }
            flows.append(FlowLanes.flow(row: row - tileStart, stride: Self.tile, in: scratch.span))
        }
    }
}
