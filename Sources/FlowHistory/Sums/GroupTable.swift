package import FlowModel

/// Sums up flows, and rows of blocks, by the values of some fields. Memory grows with the groups, up to their limit, and
/// not with the rows.
package struct GroupTable: Sendable {
    let fields: [FlowField]
    private let limit: Int
    /// A group's values, and then its sums: flows, bytes, packets, first and last time.
    private var words: [UInt64] = []
    private var count = 0
    /// Open addressing; 0 is free, otherwise the group's number + 1. At least twice as many as groups.
    private var slots = [UInt32](repeating: 0, count: 1_024)
    /// Flows that would have needed more groups than the limit.
    package private(set) var ungroupedFlows: UInt64 = 0
    /// Scratch: the fields' values, row by row; lanes; a table's values.
    private var keys: [UInt64] = []
    private var lane: [UInt64] = []
    private var otherLane: [UInt64] = []
    private var sums: [[UInt64]] = [[], [], []]

    private static let sumCount = 5
    private var stride: Int { fields.count + Self.sumCount }

    /// - Parameter limit: most groups; each takes 8 bytes a field and up to 100 more.
    package init(_ fields: [FlowField], limit: Int) {
        self.fields = fields
        self.limit = limit
    }

    /// What must be open of a block.
    var blockGroups: [BlockGroup] {
        BlockGroup.allCases.filter { group in group == .rest || fields.contains { $0.groups.contains(group) } }
    }

    /// Adds the given rows of an open block.
    mutating func add(_ rows: [Int], of block: inout BlockDecoder) {
        if rows.isEmpty { return }
        let needed = block.flowCount * fields.count
        if keys.count < needed { keys = Array(repeating: 0, count: needed) }
        for field in fields.indices { fill(field, &block) }
        block.unpack(.bytes, into: &sums[0])
        block.unpack(.packets, into: &sums[1])
        block.unpack(.time, into: &sums[2])
        addKeys(of: rows)
    }

    /// Adds the flows at the given positions.
    package mutating func add(_ flows: Span<Flow>, at positions: [Int]) {
        if positions.isEmpty { return }
        keys.removeAll(keepingCapacity: true)
        for lane in sums.indices { sums[lane].removeAll(keepingCapacity: true) }
        for position in positions {
            let flow = flows[position]
            for field in fields { keys.append(field.value(of: flow)) }
            sums[0].append(flow.bytes)
            sums[1].append(UInt64(flow.packets))
            sums[2].append(flow.timeNanoseconds)
        }
        addKeys(of: Array(positions.indices))
    }

    /// In no order.
    package var groups: [FlowAggregate] {
        (0..<count).map { group in
            let start = group * stride
            let sums = start + fields.count
            return FlowAggregate(
                values: Array(words[start..<sums]), flows: words[sums], bytes: words[sums + 1],
                packets: words[sums + 2], firstTime: words[sums + 3], lastTime: words[sums + 4])
        }
    }

    // MARK: Keys

    private mutating func fill(_ field: Int, _ block: inout BlockDecoder) {
        func table(_ lane: Lane, _ value: (UInt64) -> UInt64) -> [UInt64] { block.table(lane).map(value) }
        func byte(_ shift: UInt64) -> (UInt64) -> UInt64 { { $0 >> shift & 0xff } }
        func low(_ value: UInt64) -> UInt64 { value & 0xffff_ffff }
        func high(_ value: UInt64) -> UInt64 { value >> 32 }
        switch fields[field] {
        case .sourceEndpoint: put(field, .source, table(.entity, high), block)
        case .destinationEndpoint: put(field, .destination, table(.entity, high), block)
        case .sourceIdentity: put(field, .source, table(.entity, low), block)
        case .destinationIdentity: put(field, .destination, table(.entity, low), block)
        case .verdict: put(field, .fact, table(.shape, byte(FlowBits.verdictShift)), block)
        case .kind: put(field, .fact, table(.shape, byte(FlowBits.kindShift)), block)
        case .direction: put(field, .fact, table(.shape, byte(FlowBits.directionShift)), block)
        case .ipProtocol: put(field, .fact, table(.shape, byte(0)), block)
        case .dropReason: put(field, .fact, table(.marks) { $0 >> FlowBits.dropReasonShift & 0xffff }, block)
        case .sourceService: put(field, .context, table(.services, low), block)
        case .destinationService: put(field, .context, table(.services, high), block)
        case .rule: put(field, .context, table(.rule, low), block)
        case .kernelReason: put(field, .context, table(.kernel, high), block)
        case .kernelFunction: put(field, .context, table(.kernel, low), block)
        case .isReply: put(field, .fact, table(.marks) { FlowBits.isReply($0) ? 1 : 0 }, block)
        case .sourcePort: putPorts(field, &block) { _ in true }
        case .destinationPort: putPorts(field, &block) { _ in false }
        case .serverPort: putPorts(field, &block) { FlowBits.isReply($0) }
        case .time(let every):
            block.unpack(.time, into: &lane)
            let count = fields.count
            for row in 0..<block.flowCount { keys[row * count + field] = lane[row] - lane[row] % max(1, every) }
        }
    }

    /// The table's value of each row.
    private mutating func put(_ field: Int, _ index: Lane, _ values: [UInt64], _ block: BlockDecoder) {
        block.unpack(index, into: &lane)
        Self.gather(lane, values, block.flowCount, into: &keys, at: field, stride: fields.count)
    }

    /// - Parameter isSources: whether a flow of these marks is asked for its source's port.
    private mutating func putPorts(_ field: Int, _ block: inout BlockDecoder, _ isSources: (UInt64) -> Bool) {
        let isHigh = block.table(.marks).map { marks in
            (marks & FlowBits.sourceHasHighPort != 0) == isSources(marks)
        }
        block.unpack(.lowPort, into: &lane)
        block.unpack(.highPort, into: &otherLane)
        let count = fields.count
        for row in 0..<block.flowCount {
            let fact = Int(truncatingIfNeeded: block.value(.fact, row: row))
            keys[row * count + field] = isHigh[fact] ? otherLane[row] : lane[row]
        }
    }

    @inline(never)
    private static func gather(
        _ indices: [UInt64], _ values: [UInt64], _ count: Int, into keyArray: inout [UInt64], at offset: Int,
        stride: Int
    ) {
        var keys = keyArray.mutableSpan
        let (indices, values) = (indices.span, values.span)
        var target = offset
        for row in 0..<count {
            keys[target] = values[Int(truncatingIfNeeded: indices[row])]
            target &+= stride
        }
    }

    // MARK: Groups

    /// Adds rows of `keys` and `sums`.
    private mutating func addKeys(of rows: [Int]) {
        reserve(count + min(rows.count, limit - count))
        count = Self.add(
            rows, keys, sums, width: fields.count, &words, &slots, count, limit: limit, ungrouped: &ungroupedFlows)
    }

    /// Makes room for so many groups.
    private mutating func reserve(_ most: Int) {
        if words.count < most * stride {
            words.append(contentsOf: repeatElement(0, count: most * stride - words.count))
        }
        guard slots.count < most * 2 else { return }
        slots = Array(repeating: 0, count: 1 << BlockFormat.width(UInt64(most * 2)))
        let shift = Self.shift(slots.count)
        for group in 0..<count {
            var slot = Int(truncatingIfNeeded: Self.hash(words.span, group * stride, fields.count) >> shift)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(group + 1)
        }
    }

    private static func shift(_ slots: Int) -> UInt64 { UInt64(64 - slots.trailingZeroBitCount) }

    @inline(__always)
    private static func hash(_ words: Span<UInt64>, _ start: Int, _ width: Int) -> UInt64 {
        var hash: UInt64 = 0
        for index in start..<start &+ width {
            hash = (hash ^ words[index]) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash &>> 32
        }
        return hash &* 0xbf58_476d_1ce4_e5b9
    }

    /// Returns how many groups there are now; there is room for one more a row, up to the limit.
    @inline(never)
    private static func add(
        _ rowArray: [Int], _ keyArray: [UInt64], _ sumArrays: [[UInt64]], width: Int, _ groupArray: inout [UInt64],
        _ slotArray: inout [UInt32], _ known: Int, limit: Int, ungrouped: inout UInt64
    ) -> Int {
        let (byteArray, packetArray, timeArray) = (sumArrays[0], sumArrays[1], sumArrays[2])
        let (rows, keys) = (rowArray.span, keyArray.span)
        let (bytes, packets, times) = (byteArray.span, packetArray.span, timeArray.span)
        let (stride, mask, shift) = (width &+ sumCount, slotArray.count &- 1, shift(slotArray.count))
        var groups = groupArray.mutableSpan
        var slots = slotArray.mutableSpan
        var count = known
        for index in 0..<rows.count {
            let row = rows[index]
            let key = row &* width
            var slot = Int(truncatingIfNeeded: hash(keys, key, width) &>> shift)
            var start = -1
            while slots[slot] != 0 {
                let found = Int(truncatingIfNeeded: slots[slot] &- 1) &* stride
                var column = 0
                while column < width && groups[found &+ column] == keys[key &+ column] { column &+= 1 }
                if column == width {
                    start = found
                    break
                }
                slot = (slot &+ 1) & mask
            }
            if start < 0 {
                guard count < limit else {
                    ungrouped &+= 1
                    continue
                }
                start = count &* stride
                count &+= 1
                slots[slot] = UInt32(truncatingIfNeeded: count)
                for column in 0..<width { groups[start &+ column] = keys[key &+ column] }
                groups[start &+ width &+ 3] = .max
            }
            let sums = start &+ width
            groups[sums] &+= 1
            groups[sums &+ 1] &+= bytes[row]
            groups[sums &+ 2] &+= packets[row]
            groups[sums &+ 3] = min(groups[sums &+ 3], times[row])
            groups[sums &+ 4] = max(groups[sums &+ 4], times[row])
        }
        return count
    }
}
