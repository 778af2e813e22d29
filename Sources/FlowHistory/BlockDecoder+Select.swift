import FlowModel
import SQLiteRuntime

extension BlockDecoder {
    /// Opens the block in a row's column; returns why it cannot be read.
    mutating func open(_ row: borrowing Statement, column: Int, _ key: BlockKey) -> BlockDamage? {
        guard row.copyWords(column, into: &words) else {
            return BlockDamage("its length is not a whole number of 64-bit words")
        }
        do throws(BlockDamage) {
            try open()
        } catch {
            return error
        }
        guard flowCount == key.flowCount, value(.sequence, row: 0) == key.firstSequence else {
            return BlockDamage("it holds \(flowCount) flows, and its zone map tells of \(key.flowCount)")
        }
        return nil
    }

    /// The block's flows that the query asks for, in its order.
    mutating func select(_ key: BlockKey, _ cursor: HistoryCursor) -> [Flow] {
        var rows = Array(0..<flowCount)
        if cursor.low > key.firstSequence || cursor.high < key.lastSequence {
            keep(&rows, .sequence) { $0 >= cursor.low && $0 <= cursor.high }
        }
        if cursor.verdicts != nil || cursor.kinds != nil {
            keep(&rows, .shape) { shape in
                (cursor.verdicts?.contains(ShapeLane.verdict(shape)) ?? true)
                    && (cursor.kinds?.contains(ShapeLane.kind(shape)) ?? true)
            }
        }
        if cursor.times != 0...(.max) { keep(&rows, .time) { cursor.times.contains($0) } }
        let flows = flows(rows: rows)
        return cursor.order == .ascending ? flows : flows.reversed()
    }

    /// Keeps the rows whose value of the lane passes.
    private mutating func keep(_ rows: inout [Int], _ lane: Lane, _ passes: (UInt64) -> Bool) {
        guard !rows.isEmpty else { return }
        var values: [UInt64] = []
        swap(&values, &laneValues)
        defer { swap(&values, &laneValues) }
        if values.count < flowCount { values = Array(repeating: 0, count: flowCount) }
        var target = values.mutableSpan
        unpack(lane, rows: 0..<flowCount, into: &target, at: 0)
        rows.removeAll { !passes(values[$0]) }
    }
}
