import FlowModel
import SQLiteRuntime

/// What is known of a block without reading its columns, its sets apart.
struct Zone {
    var firstSequence: UInt64
    var lastSequence: UInt64
    var minimumTime: UInt64
    var maximumTime: UInt64
    var flowCount: Int
    var drops = Drops.none

    /// The column `drops` of `blocks`.
    enum Drops: Int64 {
        case none
        /// Or will be, once a block of drops reaches so far.
        case copied
        case many
    }

    /// A block with more drops than one in so many flows keeps them alone.
    static let copiedShare = 4

    /// - Parameter flows: at least one, with rising sequences.
    init(_ flows: Span<Flow>) {
        firstSequence = flows[0].sequence
        lastSequence = flows[flows.count - 1].sequence
        flowCount = flows.count
        var times = (least: UInt64.max, most: UInt64(0))
        var dropped = 0
        for index in 0..<flows.count {
            times.least = min(times.least, flows[index].timeNanoseconds)
            times.most = max(times.most, flows[index].timeNanoseconds)
            if flows[index].verdict == .dropped { dropped += 1 }
        }
        (minimumTime, maximumTime) = times
        drops = dropped == 0 ? .none : dropped * Self.copiedShare > flows.count ? .many : .copied
    }

    /// The columns that all tables of blocks begin with, and their checksum.
    static func table(_ name: String) -> CheckedTable {
        CheckedTable(
            name, "first_sequence", "last_sequence", "min_time_ns", "max_time_ns", "flow_count", "drops",
            "previous_last", "flows_before", "sets")
    }

    /// Binds these columns, in their order, from 1 on.
    ///
    /// - Parameter before: the rows before it.
    func bind(_ sets: BlockSets, after before: ChainEnd, to statement: inout Statement) {
        statement.bind(Int64(storable: firstSequence), at: 1)
        statement.bind(Int64(storable: lastSequence), at: 2)
        statement.bind(Int64(storable: minimumTime), at: 3)
        statement.bind(Int64(storable: maximumTime), at: 4)
        statement.bind(Int64(flowCount), at: 5)
        statement.bind(drops.rawValue, at: 6)
        statement.bind(Int64(storable: before.lastSequence), at: 7)
        statement.bind(Int64(storable: before.flows), at: 8)
        let bytes = sets.bytes
        statement.bind(bytes.span, at: 9)
    }
}

/// What a reader needs of a zone's row to fetch and check the block.
struct BlockKey {
    var firstSequence: UInt64
    var lastSequence: UInt64
    var minimumTime: UInt64
    var maximumTime: UInt64
    var flowCount: Int
    /// It holds the drops of a stretch only.
    var isOfDrops: Bool
    /// The end of the row before it, and the flows of all before it.
    var previousLast: UInt64
    var flowsBefore: UInt64
    /// The row is as it was written.
    var isWhole: Bool

    var begin: ChainEnd { ChainEnd(flows: flowsBefore, lastSequence: previousLast) }
    var end: ChainEnd { ChainEnd(flows: flowsBefore + UInt64(max(0, flowCount)), lastSequence: lastSequence) }

    /// Columns of the statements that read zones: those of the key, the sets, and of the tail the data.
    static func columns(_ table: String) -> String {
        let isOfDrops = table == "drop_blocks" ? "drops != \(Zone.Drops.many.rawValue)" : "0"
        let data = table == "tail" ? ", data" : ""
        return "first_sequence, last_sequence, min_time_ns, max_time_ns, flow_count, \(isOfDrops), previous_last,"
            + " flows_before, \(Zone.table(table).isWhole), sets\(data)"
    }
    static let setsColumn = 9
    static let dataColumn = 10
}

extension BlockKey {
    init(_ row: borrowing Statement) {
        func number(_ column: Int) -> UInt64 { UInt64(max(0, row.integer(column))) }
        self.init(
            firstSequence: number(0), lastSequence: number(1), minimumTime: number(2), maximumTime: number(3),
            flowCount: Int(row.integer(4)), isOfDrops: row.integer(5) != 0, previousLast: number(6),
            flowsBefore: number(7), isWhole: row.integer(8) == 1)
    }
}

extension Int64 {
    /// SQLite's integers are signed. Numbers beyond their range (sequences and times never reach it honestly) are
    /// held to it: as bounds of a block, and of a query, they still compare right.
    init(storable value: UInt64) { self = Int64(clamping: value) }
}
