import FlowModel
import SQLiteRuntime

/// Why a block gives nothing.
enum BlockFailure: Error {
    case damage(BlockDamage)
    case sqlite(SQLiteError)
}

/// Brings a block's groups into memory as they are needed, and judges its rows.
struct BlockReader: ~Copyable, Sendable {
    private var columns: BlobReader
    private var dropColumns: BlobReader
    var decoder = BlockDecoder()
    private var mask = RowMask()
    private var assembler = FlowAssembler()
    private var key: BlockKey?

    init(_ connection: borrowing Connection) throws(SQLiteError) {
        let columns = try BlobReader(connection, table: "block_columns", column: "data")
        let dropColumns = try BlobReader(connection, table: "drop_block_columns", column: "data")
        self.columns = columns
        self.dropColumns = dropColumns
    }

    /// Lets go of the snapshot that blocks were read from. Due before it ends: a later block must not come from it.
    mutating func close() {
        columns.close()
        dropColumns.close()
    }

    mutating func begin(_ key: BlockKey) {
        self.key = key
        decoder.begin(
            flowCount: key.flowCount, owner: BlockFormat.owner(key.firstSequence, isOfDrops: key.isOfDrops))
    }

    /// Begins a block of the tail, whose groups stand one after the other in a column.
    mutating func begin(_ key: BlockKey, _ row: borrowing Statement, column: Int) throws(BlockFailure) {
        begin(key)
        var data: [UInt64] = []
        guard row.copyWords(column, into: &data) else { throw .damage(Self.oddLength) }
        var start = 0
        for group in BlockGroup.allCases {
            let count = start < data.count ? Int(data[start] >> 40) : 0
            guard count > 0, count <= data.count - start else { throw .damage(BlockDamage("it is cut short")) }
            decoder.words[group.rawValue] = Array(data[start..<start + count])
            start += count
            try open(group)
        }
    }

    private static let oddLength = BlockDamage("its length is not a whole number of 64-bit words")

    /// Reads and checks a group, if that was not done before.
    mutating func need(_ group: BlockGroup) throws(BlockFailure) {
        guard !decoder.isOpen[group.rawValue], let key else { return }
        let id = Int64(storable: key.firstSequence) &* 4 &+ Int64(group.rawValue)
        if key.isOfDrops {
            try Self.fetch(id, &dropColumns, &decoder.words[group.rawValue])
        } else {
            try Self.fetch(id, &columns, &decoder.words[group.rawValue])
        }
        try open(group)
    }

    private static func fetch(
        _ id: Int64, _ columns: inout BlobReader, _ words: inout [UInt64]
    ) throws(BlockFailure) {
        let found: BlobReader.Found
        do throws(SQLiteError) {
            found = try columns.copyWords(of: id, into: &words)
        } catch {
            guard error.isDamage else { throw .sqlite(error) }
            throw .damage(BlockDamage("its columns cannot be read: \(error.message)"))
        }
        switch found {
        case .words: return
        case .nothing: throw .damage(BlockDamage("its columns are missing"))
        case .oddLength: throw .damage(oddLength)
        }
    }

    private mutating func open(_ group: BlockGroup) throws(BlockFailure) {
        do throws(BlockDamage) {
            try decoder.open(group)
        } catch {
            throw .damage(error)
        }
    }

    /// The rows of the block that the query asks for.
    mutating func rows(_ cursor: HistoryCursor) throws(BlockFailure) -> [Int] {
        guard let key else { return [] }
        mask.begin(decoder.flowCount)
        for group in cursor.groups { try need(group) }
        if !cursor.filter.isEmpty { mask.keep(cursor.filter, &decoder) }
        let sequences = cursor.low > key.firstSequence || cursor.high < key.lastSequence
        let times = cursor.times.lowerBound > key.minimumTime || cursor.times.upperBound < key.maximumTime
        if sequences || times { try need(.rest) }
        if sequences { mask.keep(.sequence, in: cursor.low...cursor.high, decoder) }
        if times { mask.keep(.time, in: cursor.times, decoder) }
        return mask.rows.numbers
    }

    /// The block's flows that the query asks for, in its order.
    mutating func flows(_ cursor: HistoryCursor) throws(BlockFailure) -> [Flow] {
        let rows = try rows(cursor)
        if rows.isEmpty { return [] }
        for group in BlockGroup.allCases { try need(group) }
        let flows = assembler.flows(rows: rows, of: &decoder)
        return cursor.order == .ascending ? flows : flows.reversed()
    }
}
