import FlowModel

extension BlockDecoder {
    /// One value of one lane, whose group is open.
    func value(_ lane: Lane, row: Int) -> UInt64 {
        let view = lanes[lane.rawValue]
        guard view.width > 0 else { return view.base &+ view.slope &* UInt64(row) }
        let words = words[lane.group.rawValue]
        if view.encoding == .whole {
            return WholePacking(width: view.width).number(words.span, start: view.start, row: row)
        }
        let bits = BitPacking.bits(words.span, start: view.start, width: view.width, mask: view.mask, row: row)
        switch view.encoding {
        case .dictionary: return entries[lane.rawValue][Int(truncatingIfNeeded: bits)]
        default: return view.base &+ view.slope &* UInt64(row) &+ bits
        }
    }

    /// The values of some rows of one lane, to `values` from `offset` on.
    @inline(never)
    func unpack(_ lane: Lane, rows: Range<Int>, into values: inout MutableSpan<UInt64>, at offset: Int) {
        let view = lanes[lane.rawValue]
        let groupWords = words[lane.group.rawValue]
        let laneEntries = entries[lane.rawValue]
        let words = groupWords.span
        let entries = laneEntries.span
        let shift = offset &- rows.lowerBound
        switch view.encoding {
        case _ where view.width == 0:
            for row in rows { values[shift &+ row] = view.base &+ view.slope &* UInt64(truncatingIfNeeded: row) }
        case .dictionary:
            BitPacking.forEach(words, start: view.start, width: view.width, mask: view.mask, rows: rows) { row, bits in
                values[shift &+ row] = entries[Int(truncatingIfNeeded: bits)]
            }
        case .whole:
            WholePacking(width: view.width).forEach(words, start: view.start, rows: rows) { row, number in
                values[shift &+ row] = number
            }
        default:
            BitPacking.forEach(words, start: view.start, width: view.width, mask: view.mask, rows: rows) { row, bits in
                values[shift &+ row] = view.base &+ view.slope &* UInt64(truncatingIfNeeded: row) &+ bits
            }
        }
    }

    /// All rows of one lane; `values` is as long as there are flows.
    func unpack(_ lane: Lane, into values: inout [UInt64]) {
        if values.count < flowCount { values = Array(repeating: 0, count: flowCount) }
        var span = values.mutableSpan
        unpack(lane, rows: 0..<flowCount, into: &span, at: 0)
    }
}

// MARK: Finding rows

extension BlockDecoder {
    /// Adds the rows of a lane that points into a table whose entry there is among the wanted ones.
    func find(_ entries: EntrySet, _ lane: Lane, into rows: inout RowSet) {
        let view = lanes[lane.rawValue]
        if entries.isEmpty { return }
        guard view.width > 0 else {
            if entries.answers[Int(truncatingIfNeeded: view.base)] != 0 { rows.insertAll(flowCount) }
            return
        }
        let words = words[lane.group.rawValue]
        let packing = WholePacking(width: view.width)
        if let few = entries.few {
            packing.find(few, words.span, start: view.start, count: flowCount, into: &rows.words)
            rows.trim()
        } else {
            Self.look(entries.answers, packing, words, start: view.start, count: flowCount, into: &rows.words)
        }
    }

    /// Adds the rows whose value of a lane is accepted.
    @inline(__always)
    func find(_ lane: Lane, into rows: inout RowSet, where accepts: (UInt64) -> Bool) {
        var values = [UInt64](repeating: 0, count: flowCount)
        unpack(lane, into: &values)
        Self.find(values, flowCount, &rows.words, accepts)
    }

    @inline(__always)
    private static func find(
        _ values: [UInt64], _ count: Int, _ rowArray: inout [UInt64], _ accepts: (UInt64) -> Bool
    ) {
        var rows = rowArray.mutableSpan
        for row in 0..<count where accepts(values[row]) {
            rows[row >> 6] |= 1 &<< UInt64(truncatingIfNeeded: row & 63)
        }
    }

    @inline(never)
    private static func look(
        _ answers: [UInt8], _ packing: WholePacking, _ words: [UInt64], start: Int, count: Int,
        into rowArray: inout [UInt64]
    ) {
        let answers = answers.span
        var rows = rowArray.mutableSpan
        var bits: UInt64 = 0
        packing.forEach(words.span, start: start, rows: 0..<count) { row, number in
            bits |=
                UInt64(truncatingIfNeeded: answers[Int(truncatingIfNeeded: number)])
                &<< UInt64(truncatingIfNeeded: row)
            if row & 63 == 63 {
                rows[row >> 6] |= bits
                bits = 0
            }
        }
        if count & 63 != 0 { rows[count >> 6] |= bits }
    }
}

/// Turns rows of an open block into flows. Keeps its scratch memory.
struct FlowAssembler {
    /// Rows that are unpacked together, so that their lanes stay in the first-level cache.
    private static let tile = 256
    private static let lanes = Lane.allCases.filter { $0.extent == .flows }
    private static let tableLanes = Lane.allCases.filter { $0.extent != .flows }
    private var scratch = [UInt64](repeating: 0, count: Self.tile * Lane.count)

    /// The flows of the given rows, which rise; all groups are open.
    mutating func flows(rows: [Int], of block: inout BlockDecoder) -> [Flow] {
        for lane in Self.tableLanes { block.unpackTable(lane) }
        var flows: [Flow] = []
        flows.reserveCapacity(rows.count)
        var next = 0
        while next < rows.count {
            let start = rows[next] & ~(Self.tile - 1)
            var end = next
            while end < rows.count && rows[end] < start + Self.tile { end += 1 }
            append(rows[next..<end], tileStart: start, of: block, to: &flows)
            next = end
        }
        return flows
    }

    /// Unpacks the whole tile when many of its rows are wanted, and otherwise picks out the single values.
    private mutating func append(
        _ rows: ArraySlice<Int>, tileStart: Int, of block: BlockDecoder, to flows: inout [Flow]
    ) {
        let isDense = rows.count > Self.tile / 8
        if isDense {
            let tileRows = tileStart..<min(tileStart + Self.tile, block.flowCount)
            for lane in Self.lanes {
                var values = scratch.mutableSpan
                block.unpack(lane, rows: tileRows, into: &values, at: lane.rawValue * Self.tile)
            }
        }
        for row in rows {
            if !isDense {
                for lane in Self.lanes {
                    scratch[lane.rawValue * Self.tile + row - tileStart] = block.value(lane, row: row)
                }
            }
            flows.append(Self.flow(row - tileStart, scratch.span, block))
        }
    }

    @inline(__always)
    private static func flow(_ row: Int, _ values: Span<UInt64>, _ block: BlockDecoder) -> Flow {
        func get(_ lane: Lane) -> UInt64 { values[lane.rawValue &* tile &+ row] }
        func get(_ lane: Lane, at index: Lane) -> UInt64 {
            block.tables[lane.rawValue][Int(truncatingIfNeeded: get(index))]
        }
        func low(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
        func high(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value >> 32) }
        var flow = Flow()
        flow.sequence = get(.sequence)
        flow.timeNanoseconds = get(.time)
        flow.source = IPAddress(high: get(.high, at: .source), low: get(.low, at: .source))
        flow.destination = IPAddress(high: get(.high, at: .destination), low: get(.low, at: .destination))
        flow.bytes = get(.bytes)
        flow.packets = low(get(.packets))
        let (source, destination) = (get(.entity, at: .source), get(.entity, at: .destination))
        (flow.sourceIdentity, flow.sourceEndpoint) = (low(source), high(source))
        (flow.destinationIdentity, flow.destinationEndpoint) = (low(destination), high(destination))
        let (services, kernel) = (get(.services, at: .context), get(.kernel, at: .context))
        (flow.sourceService, flow.destinationService) = (low(services), high(services))
        flow.rule = low(get(.rule, at: .context))
        (flow.kernelFunction, flow.kernelReason) = (low(kernel), high(kernel))
        (flow.interfaceIndex, flow.interfaceName) = (low(get(.interface)), high(get(.interface)))
        flow.networkNamespace = low(get(.networkNamespace))
        flow.cpu = UInt16(truncatingIfNeeded: get(.cpu))
        FlowBits.setShape(get(.shape, at: .fact), of: &flow)
        let marks = get(.marks, at: .fact)
        FlowBits.setMarks(marks, of: &flow)
        let ports = (UInt16(truncatingIfNeeded: get(.lowPort)), UInt16(truncatingIfNeeded: get(.highPort)))
        let isSwapped = marks & FlowBits.sourceHasHighPort != 0
        (flow.sourcePort, flow.destinationPort) = isSwapped ? (ports.1, ports.0) : ports
        return flow
    }
}
