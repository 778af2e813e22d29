import FlowModel
import SQLiteRuntime

/// Writes the flows of other partitions into one of its own, in full blocks.
struct PartitionRewriter: ~Copyable {
    private var target: PartitionWriter
    private let blockFlows: Int
    /// Not yet a full block.
    private var waiting: [Flow] = []
    private var blocksSinceCheckpoint = 0
    /// That the flows may use.
    private var names = CatalogCounts()

    /// Blocks after which the write-ahead log is brought into the file, so that it stays small: some 10 MiB.
    private static let blocksPerCheckpoint = 64

    init(_ firstSequence: UInt64, _ settings: HistorySettings) throws(HistoryError) {
        target = try PartitionWriter(firstSequence, settings)
        blockFlows = settings.blockFlows
    }

    /// Takes over all flows and gaps of a partition.
    ///
    /// - Throws: `.damage` if not all that it says to hold could be read.
    mutating func take(
        _ source: inout PartitionReader, _ summary: PartitionSummary, _ encoder: inout BlockEncoder
    ) throws(CompactionObstacle) {
        var cursor = HistoryCursor(order: .ascending, sequences: nil, times: nil, filter: ColumnFilter())
        var taken: UInt64 = 0
        var damage = StoreDamage()
        names.formUnion(source.names())
        do throws(SQLiteError) {
            while let flows = try source.next(&cursor) {
                taken += UInt64(flows.count)
                waiting += flows
                try write(leaving: blockFlows - 1, &encoder)
            }
            let losses = try source.losses(0...UInt64(Int64.max), &damage)
            let transaction = try Transaction(target.connection, .immediate)
            for loss in losses { try target.insert(loss) }
            try target.writeExtent(names)
            try transaction.commit()
            target.didCommit()
        } catch {
            guard error.code != .corrupt else { throw .damage("flow \(summary.firstSequence) on: \(error.message)") }
            throw .history(.sqlite(doing: "copying the partition of flow \(summary.firstSequence)", error))
        }
        if let damage = cursor.firstDamage { throw .damage("\(damage)") }
        if let reason = damage.descriptions.first { throw .damage(reason) }
        guard taken == summary.flows else {
            throw .damage("of \(summary.flows) flows from flow \(summary.firstSequence) on \(taken) can be read")
        }
    }

    /// Writes what waits. The file is let go of with this value.
    mutating func finish(_ encoder: inout BlockEncoder) throws(CompactionObstacle) -> PartitionSummary {
        do throws(SQLiteError) {
            try write(leaving: 0, &encoder)
            let transaction = try Transaction(target.connection, .immediate)
            let last = target.summary.lastSequence
            _ = try target.insertDrops(through: last, &encoder)
            try target.writeExtent(names)
            try transaction.commit()
            target.didCommit()
        } catch {
            throw .history(.sqlite(doing: "writing a compacted partition", error))
        }
        return target.summary
    }

    /// Writes blocks while more flows wait than are to be left.
    private mutating func write(leaving rest: Int, _ encoder: inout BlockEncoder) throws(SQLiteError) {
        guard waiting.count > rest else { return }
        let waiting = waiting
        var start = 0
        let transaction = try Transaction(target.connection, .immediate)
        while waiting.count - start > rest {
            let end = min(start + blockFlows, waiting.count)
            _ = try target.insertBlock(waiting.span.extracting(start..<end), &encoder)
            start = end
            blocksSinceCheckpoint += 1
        }
        target.count(start)
        try target.deleteTail()
        try target.writeExtent(names)
        try transaction.commit()
        target.didCommit()
        self.waiting.removeFirst(start)
        guard blocksSinceCheckpoint >= Self.blocksPerCheckpoint else { return }
        blocksSinceCheckpoint = 0
        _ = try target.connection.checkpoint(.truncate)
    }
}
