extension BlockDecoder {
    /// One value of one lane, whose group is open.
    func value(_ lane: Lane, row: Int) -> UInt64 {
        let view = lanes[lane.rawValue]
        let (words, entries) = (words[lane.group.rawValue], entries[lane.rawValue])
        return Self.value(view, WholePacking(width: max(1, view.width)), words.span, entries.span, UInt64(row))
    }

    /// The values of single rows of one lane, to `values` from `offset` on; of a row that the lane has not, 0.
    @inline(never)
    func pick(_ lane: Lane, rows: Span<UInt64>, into values: inout MutableSpan<UInt64>, at offset: Int) {
        let view = lanes[lane.rawValue]
        let (groupWords, laneEntries) = (words[lane.group.rawValue], entries[lane.rawValue])
        let (words, entries) = (groupWords.span, laneEntries.span)
        let packing = WholePacking(width: max(1, view.width))
        let count = UInt64(count(of: lane))
        for index in 0..<rows.count {
            let row = rows[index]
            values[offset &+ index] = row < count ? Self.value(view, packing, words, entries, row) : 0
        }
    }

    @inline(__always)
    private static func value(
        _ view: LaneView, _ packing: WholePacking, _ words: Span<UInt64>, _ entries: Span<UInt64>, _ row: UInt64
    ) -> UInt64 {
        let line = view.base &+ view.slope &* row
        if view.width == 0 { return line }
        let row = Int(truncatingIfNeeded: row)
        if view.encoding == .whole { return packing.number(words, start: view.start, row: row) }
        let bits = BitPacking.bits(words, start: view.start, width: view.width, mask: view.mask, row: row)
        return view.encoding == .dictionary ? entries[Int(truncatingIfNeeded: bits)] : line &+ bits
    }

    /// The values of some rows of one lane, to `values` from `offset` on.
    @inline(never)
    func unpack(_ lane: Lane, rows: Range<Int>, into values: inout MutableSpan<UInt64>, at offset: Int) {
        let shift = offset &- rows.lowerBound
        forEach(lane, rows) { row, value in values[shift &+ row] = value }
    }

    /// The values of some rows of one lane, in order.
    @inline(__always)
    func forEach(_ lane: Lane, _ rows: Range<Int>, _ body: (Int, UInt64) -> Void) {
        let view = lanes[lane.rawValue]
        let groupWords = words[lane.group.rawValue]
        let laneEntries = entries[lane.rawValue]
        let words = groupWords.span
        let entries = laneEntries.span
        switch view.encoding {
        case _ where view.width == 0:
            for row in rows { body(row, view.base &+ view.slope &* UInt64(truncatingIfNeeded: row)) }
        case .dictionary:
            BitPacking.forEach(words, start: view.start, width: view.width, mask: view.mask, rows: rows) { row, bits in
                body(row, entries[Int(truncatingIfNeeded: bits)])
            }
        case .whole:
            WholePacking(width: view.width).forEach(words, start: view.start, rows: rows, body)
        default:
            BitPacking.forEach(words, start: view.start, width: view.width, mask: view.mask, rows: rows) { row, bits in
                body(row, view.base &+ view.slope &* UInt64(truncatingIfNeeded: row) &+ bits)
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
        var words = rows.words.mutableSpan
        forEach(lane, 0..<flowCount) { row, value in
            if accepts(value) { words[row >> 6] |= 1 &<< UInt64(truncatingIfNeeded: row & 63) }
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
