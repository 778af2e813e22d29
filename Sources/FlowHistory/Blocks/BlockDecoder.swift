/// Reads a block (`BlockFormat`), only the groups that are asked for. Keeps its memory for the next block.
struct BlockDecoder {
    struct LaneView {
        var encoding = BlockFormat.Encoding.zero
        var width = 0
        var mask: UInt64 = 0
        var base: UInt64 = 0
        var slope: UInt64 = 0
        /// First word of the rows' bits in the group's words.
        var start = 0
    }

    /// A group's words: filled by the caller, then checked by `open`.
    var words: [[UInt64]] = Array(repeating: [], count: BlockGroup.count)
    private(set) var flowCount = 0
    private var owner: UInt64 = 0
    private(set) var isOpen = [Bool](repeating: false, count: BlockGroup.count)
    private(set) var lanes = [LaneView](repeating: LaneView(), count: Lane.count)
    /// A lane's dictionary: 2^width entries at least, so that no index lies beyond.
    private(set) var entries: [[UInt64]] = Array(repeating: [], count: Lane.count)
    /// A table's column, unpacked when it is first asked for.
    private(set) var tables: [[UInt64]] = Array(repeating: [], count: Lane.count)
    private var isUnpacked = [Bool](repeating: false, count: Lane.count)
    /// Rows of a table's column: as many as an index into it can tell apart.
    private var tableRooms = [Int](repeating: 0, count: Lane.count)
    /// Rows that the table has in truth.
    private var tableCounts = [Int](repeating: 0, count: BlockGroup.count * 2)

    /// Begins a block, of which nothing is read yet.
    mutating func begin(flowCount: Int, owner: UInt64 = 0) {
        self.flowCount = flowCount
        self.owner = owner
        for index in isOpen.indices { isOpen[index] = false }
    }

    mutating func table(_ lane: Lane) -> [UInt64] {
        unpackTable(lane)
        return tables[lane.rawValue]
    }

    mutating func unpackTable(_ lane: Lane) {
        guard !isUnpacked[lane.rawValue] else { return }
        isUnpacked[lane.rawValue] = true
        var table: [UInt64] = []
        swap(&table, &tables[lane.rawValue])
        let room = tableRooms[lane.rawValue]
        if table.count < room { table = Array(repeating: 0, count: BlockFormat.roundedUp(room)) }
        var span = table.mutableSpan
        unpack(lane, rows: 0..<count(of: lane), into: &span, at: 0)
        swap(&table, &tables[lane.rawValue])
    }

    func room(of lane: Lane) -> Int { tableRooms[lane.rawValue] }
    func count(of lane: Lane) -> Int {
        lane.extent == .flows
            ? flowCount : tableCounts[lane.group.rawValue * 2 + (lane.extent == .firstTable ? 0 : 1)]
    }

    /// Checks the group in `words` and finds its lanes.
    mutating func open(_ group: BlockGroup) throws(BlockDamage) {
        let index = group.rawValue
        let count = words[index].count
        guard count > BlockFormat.headerWords else { throw BlockDamage("\(count) words are too short") }
        let header = words[index][0]
        guard header & 0xff == BlockFormat.version else {
            throw BlockDamage("version \(header & 0xff), and \(BlockFormat.version) is known")
        }
        let groupWords = words[index]
        guard groupWords[1] == BlockFormat.checksum(groupWords.span) else {
            throw BlockDamage("the checksum differs")
        }
        guard header >> 8 & 0xff == UInt64(index), header >> 40 == UInt64(count) else {
            throw BlockDamage("\(count) words of group \(header >> 8 & 0xff) stand for group \(index)")
        }
        guard header >> 16 & 0xff_ffff == UInt64(flowCount), (1...BlockFormat.maximumFlows).contains(flowCount) else {
            throw BlockDamage("it holds \(header >> 16 & 0xff_ffff) flows, and its zone map tells of \(flowCount)")
        }
        guard groupWords[3] == owner else {
            throw BlockDamage("the columns are those of flow \(groupWords[3] & (.max >> 1))")
        }
        let tables = words[index][2]
        tableCounts[index * 2] = Int(tables & 0xffff_ffff)
        tableCounts[index * 2 + 1] = Int(tables >> 32)
        guard max(tableCounts[index * 2], tableCounts[index * 2 + 1]) <= 2 * flowCount else {
            throw BlockDamage("its tables have more rows than it has flows")
        }
        var position = BlockFormat.headerWords
        for lane in group.lanes { try openLane(lane, &position) }
        guard position == count - 1 else { throw BlockDamage("\(count - 1 - position) words too many") }
        for lane in group.lanes where lane.table != nil { try openIndex(lane) }
        isOpen[index] = true
    }

    private mutating func openLane(_ lane: Lane, _ position: inout Int) throws(BlockDamage) {
        let group = lane.group.rawValue
        let word = words[group][try take(1, &position, lane)]
        guard let encoding = BlockFormat.Encoding(rawValue: UInt8(truncatingIfNeeded: word)) else {
            throw BlockDamage("lane \(lane) has the unknown encoding \(word & 0xff)")
        }
        var view = LaneView(encoding: encoding)
        view.width = Int(word >> 8 & 0xff)
        let maximumWidth = encoding == .whole ? BlockFormat.maximumTableIndexWidth : 64
        guard view.width <= maximumWidth, encoding != .whole || view.width > 0 else {
            throw BlockDamage("lane \(lane) is \(view.width) bits wide")
        }
        view.mask = BlockFormat.mask(width: view.width)
        if encoding != .zero && encoding != .whole { view.base = words[group][try take(1, &position, lane)] }
        if encoding == .ramp { view.slope = words[group][try take(1, &position, lane)] }
        if encoding == .dictionary { try openDictionary(lane, word, view, &position) }
        let count = count(of: lane)
        let words =
            encoding == .whole
            ? WholePacking(width: view.width).words(count) : BlockFormat.words(bits: view.width, count: count)
        view.start = try take(words, &position, lane)
        lanes[lane.rawValue] = view
        isUnpacked[lane.rawValue] = false
        tableRooms[lane.rawValue] = count
    }

    private mutating func openDictionary(
        _ lane: Lane, _ descriptor: UInt64, _ view: LaneView, _ position: inout Int
    ) throws(BlockDamage) {
        let entryWidth = Int(descriptor >> 16 & 0xff)
        let count = Int(descriptor >> 32)
        guard (1...BlockFormat.maximumIndexWidth).contains(view.width), entryWidth <= 64, count <= 1 << view.width
        else {
            throw BlockDamage("lane \(lane) has a dictionary of \(count) entries of \(entryWidth) bits")
        }
        let start = try take(BlockFormat.words(bits: entryWidth, count: count), &position, lane)
        let words = words[lane.group.rawValue]
        var values: [UInt64] = []
        swap(&values, &entries[lane.rawValue])
        let room = 1 << view.width
        if values.count < room { values = Array(repeating: 0, count: room) }
        Self.unpackEntries(words.span, start: start, width: entryWidth, base: view.base, count: count, into: &values)
        // No row of a sound block has these.
        for entry in count..<room { values[entry] = 0 }
        swap(&values, &entries[lane.rawValue])
    }

    private static func unpackEntries(
        _ words: Span<UInt64>, start: Int, width: Int, base: UInt64, count: Int, into valueArray: inout [UInt64]
    ) {
        var values = valueArray.mutableSpan
        if width == 0 {
            for entry in 0..<count { values[entry] = base }
            return
        }
        let mask = BlockFormat.mask(width: width)
        BitPacking.forEach(words, start: start, width: width, mask: mask, rows: 0..<count) { entry, bits in
            values[entry] = base &+ bits
        }
    }

    /// Makes sure that no index points beyond its table.
    private mutating func openIndex(_ lane: Lane) throws(BlockDamage) {
        let view = lanes[lane.rawValue]
        let isSound =
            switch view.encoding {
            case .zero: view.width == 0
            case .constant: view.width == 0 && view.base < 1 << UInt64(BlockFormat.maximumTableIndexWidth)
            case .whole: true
            case .packed, .ramp, .dictionary: false
            }
        guard isSound else { throw BlockDamage("lane \(lane) points beyond its table") }
        let needed = view.width == 0 ? Int(view.base) + 1 : 1 << view.width
        for column in lane.group.lanes where column.extent == lane.table {
            tableRooms[column.rawValue] = max(tableRooms[column.rawValue], needed)
        }
    }

    /// The index of the next words, which must lie before the group's last.
    private func take(_ count: Int, _ position: inout Int, _ lane: Lane) throws(BlockDamage) -> Int {
        let end = words[lane.group.rawValue].count - 1
        guard count <= end - position else { throw BlockDamage("it ends within lane \(lane)") }
        defer { position += count }
        return position
    }
}

/// What is wrong with a block.
struct BlockDamage: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

extension BlockFormat {
    /// Tables are kept a little larger than asked for, so that they seldom grow.
    static func roundedUp(_ count: Int) -> Int { max(256, 1 << width(UInt64(max(1, count) - 1))) }
}
