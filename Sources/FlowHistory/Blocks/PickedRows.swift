/// The values of a few rows of a block, each taken out by itself: nothing is unpacked. Keeps its scratch memory.
struct PickedRows {
    static let most = 16

    private static let lanes = Lane.allCases.filter { $0.extent == .flows }
    /// Columns of tables, and the lanes that point into them.
    private static let columns: [(column: Lane, index: Lane)] = Lane.allCases.filter { $0.table != nil }.flatMap {
        index in
        index.group.lanes.filter { $0.extent == index.table }.map { ($0, index) }
    }

    private var rows = [UInt64](repeating: 0, count: Self.most)
    private var values = [UInt64](repeating: 0, count: Self.most * Lane.count)
    /// Both ends of a flow point into the table of sides.
    private var entries = [UInt64](repeating: 0, count: Self.most * Lane.count * 2)

    /// - Parameter wanted: at most `most`; all groups of the block are open.
    mutating func pick(_ wanted: ArraySlice<Int>, of block: BlockDecoder) {
        for (place, row) in wanted.enumerated() { rows[place] = UInt64(row) }
        // Held for this call only, so that nothing is copied.
        let rows = rows
        Self.pick(rows.span.extracting(first: wanted.count), block, into: &values)
        let values = values
        Self.pick(values.span, count: wanted.count, block, into: &entries)
    }

    private static func pick(_ rows: Span<UInt64>, _ block: BlockDecoder, into valueArray: inout [UInt64]) {
        var values = valueArray.mutableSpan
        for lane in lanes { block.pick(lane, rows: rows, into: &values, at: start(lane)) }
    }

    private static func pick(
        _ values: Span<UInt64>, count: Int, _ block: BlockDecoder, into entryArray: inout [UInt64]
    ) {
        var entries = entryArray.mutableSpan
        for (column, index) in columns {
            let rows = values.extracting(start(index)..<start(index) + count)
            block.pick(column, rows: rows, into: &entries, at: start(column, index))
        }
    }

    /// - Parameter place: among the rows that were picked.
    @inline(__always)
    func value(_ lane: Lane, _ place: Int) -> UInt64 { values[Self.start(lane) &+ place] }

    /// A table's value at the row's index.
    @inline(__always)
    func entry(_ column: Lane, _ index: Lane, _ place: Int) -> UInt64 { entries[Self.start(column, index) &+ place] }

    @inline(__always)
    private static func start(_ lane: Lane) -> Int { lane.rawValue &* most }

    @inline(__always)
    private static func start(_ column: Lane, _ index: Lane) -> Int {
        (index == .destination ? Lane.count &+ column.rawValue : column.rawValue) &* most
    }
}
