import SQLiteRuntime

/// So many flows are in a run of rows, and the last of them is this one; 0 for none.
struct ChainEnd: Equatable, Sendable {
    var flows: UInt64 = 0
    var lastSequence: UInt64 = 0

    func following(_ zone: Zone) -> ChainEnd {
        ChainEnd(flows: flows + UInt64(zone.flowCount), lastSequence: zone.lastSequence)
    }
}

/// What a partition's tables hold: the row of `extent`, which vouches for the last row of each.
struct PartitionExtent: Equatable, Sendable {
    var blocks = ChainEnd()
    /// The blocks and the tail.
    var all = ChainEnd()
    var drops = ChainEnd()
    var minimumTime = UInt64.max
    var maximumTime: UInt64 = 0
    var losses: UInt64 = 0
    var names = CatalogCounts()

    mutating func note(_ zone: Zone) {
        minimumTime = min(minimumTime, zone.minimumTime)
        maximumTime = max(maximumTime, zone.maximumTime)
    }
}

extension PartitionExtent {
    static let table = CheckedTable(
        "extent", "id", "block_flows", "block_last", "flow_count", "last_sequence", "drop_flows", "drop_last",
        "min_time_ns", "max_time_ns", "loss_count", "endpoints", "services", "rules", "names")

    static let select = "SELECT \(table.columns.joined(separator: ", ")), \(table.isWhole) FROM extent WHERE id = 1"

    /// What a read of the row gives.
    enum Found: Sendable {
        case whole(PartitionExtent)
        /// Nothing was ever committed, or the row is hidden.
        case missing
        case damaged
    }

    /// - Parameter row: of `select`.
    static func read(_ row: inout Statement) throws(SQLiteError) -> Found {
        defer { row.reset() }
        guard try row.step() else { return .missing }
        guard row.integer(table.columns.count) == 1 else { return .damaged }
        func number(_ column: Int) -> UInt64 { UInt64(max(0, row.integer(column))) }
        func end(_ column: Int) -> ChainEnd { ChainEnd(flows: number(column), lastSequence: number(column + 1)) }
        var extent = PartitionExtent()
        (extent.blocks, extent.all, extent.drops) = (end(1), end(3), end(5))
        (extent.minimumTime, extent.maximumTime, extent.losses) = (number(7), number(8), number(9))
        (extent.names.endpoints, extent.names.services) = (Int(number(10)), Int(number(11)))
        (extent.names.rules, extent.names.names) = (Int(number(12)), Int(number(13)))
        return .whole(extent)
    }

    /// What the last whole row of each table tells, where the extent's own row does not.
    static func recovered(_ connection: borrowing Connection) throws(SQLiteError) -> PartitionExtent {
        func last(_ table: String) throws(SQLiteError) -> BlockKey? {
            var rows = try connection.prepare(
                "SELECT \(BlockKey.columns(table)) FROM \(table) ORDER BY first_sequence DESC")
            while try rows.step() {
                let key = BlockKey(rows)
                if key.isWhole { return key }
            }
            return nil
        }
        var extent = PartitionExtent()
        if let block = try last("blocks") { extent.blocks = block.end }
        extent.all = try last("tail")?.end ?? extent.blocks
        if let drops = try last("drop_blocks") { extent.drops = drops.end }
        extent.losses = UInt64(max(0, try connection.integer("SELECT max(id) FROM losses") ?? 0))
        return extent
    }

    /// - Parameter row: `table.insert(orReplace: true)`.
    func write(_ row: inout Statement) throws(SQLiteError) {
        let numbers = [
            1, blocks.flows, blocks.lastSequence, all.flows, all.lastSequence, drops.flows, drops.lastSequence,
            minimumTime, maximumTime, losses,
        ]
        for (index, number) in numbers.enumerated() { row.bind(Int64(storable: number), at: index + 1) }
        for (index, count) in [names.endpoints, names.services, names.rules, names.names].enumerated() {
            row.bind(Int64(count), at: numbers.count + index + 1)
        }
        try row.run()
    }
}
