import SQLiteRuntime

/// Reads rows of zones, believes none that is not whole, and notes in the cursor what is missing between them.
struct ZoneRows: Sendable {
    /// What is wanted after a block.
    enum Wish { case more, moreOfTheTable, nothing }

    /// Takes a block; its row is for the tail's data.
    typealias Body = (
        _ key: BlockKey, _ row: borrowing Statement, _ isTail: Bool, _ cursor: inout HistoryCursor
    ) throws(SQLiteError) -> Wish

    let path: String
    var walk = ZoneWalk(.ascending, 0...0, end: nil)
    /// The sets of the block that is being looked at.
    private var sets: [UInt8] = []
    /// Why flows are missing that come next, where it is known.
    private var reason: String?
    /// The partition says that nothing is in it.
    private var isEmpty = false

    init(path: String) { self.path = path }

    /// - Returns: nil if it cannot be read, which is noted, or if it was never written.
    mutating func extent(_ row: inout Statement, _ damage: inout StoreDamage) throws(SQLiteError) -> PartitionExtent? {
        reason = nil
        isEmpty = false
        do throws(SQLiteError) {
            switch try PartitionExtent.read(&row) {
            case .whole(let extent): return extent
            case .missing: isEmpty = true
            case .damaged: noteExtent(DamagedRow.differs, &damage)
            }
        } catch {
            guard error.isDamage else { throw error }
            damage.note(file: path, error.message)
        }
        return nil
    }

    private func noteExtent(_ reason: String, _ damage: inout StoreDamage) {
        damage.note(DamagedRow(path: path, table: PartitionExtent.table.name, row: 1, reason: reason))
    }

    /// Calls the body for each row that is wanted, until it has enough.
    ///
    /// - Returns: false if it has, and wants no other table's rows.
    mutating func run(
        _ rows: inout Statement, isTail: Bool = false, _ cursor: inout HistoryCursor, _ body: Body
    ) throws(SQLiteError) -> Bool {
        defer { rows.reset() }
        rows.bind(Int64(storable: walk.start), at: 1)
        var wish = Wish.more
        while try step(&rows, &cursor) {
            if isEmpty { noteExtent(DamagedRow.isMissing, &cursor.damage) }
            let key = BlockKey(rows)
            guard key.isWhole else {
                reason = "the checksum of its row in the zone map differs"
                continue
            }
            let (place, gap) = walk.take(key)
            if let gap { note(gap, &cursor) }
            switch place {
            case nil, .before: continue
            case .behind: return wish == .more
            case .wanted: break
            }
            if cursor.stops(before: key) { return false }
            if let answer = try look(key, &rows, isTail, &cursor, body) { wish = answer }
            if wish == .nothing { return false }
            if walk.isThrough { break }
        }
        return wish == .more
    }

    /// - Returns: nil if the zone map excludes the block.
    private mutating func look(
        _ key: BlockKey, _ row: inout Statement, _ isTail: Bool, _ cursor: inout HistoryCursor, _ body: Body
    ) throws(SQLiteError) -> Wish? {
        defer { cursor.pass(key) }
        // Times on disk are held to this range.
        let since = min(cursor.times.lowerBound, UInt64(Int64.max))
        guard key.maximumTime >= since, key.minimumTime <= cursor.times.upperBound else { return nil }
        if !cursor.filter.isEmpty {
            row.copyBytes(BlockKey.setsColumn, into: &sets)
            guard cursor.filter.mayMatch(sets) else { return nil }
        }
        return try body(key, row, isTail, &cursor)
    }

    /// A table that can be read no further is at its end: what is missing, the walk finds.
    private mutating func step(_ rows: inout Statement, _ cursor: inout HistoryCursor) throws(SQLiteError) -> Bool {
        do throws(SQLiteError) {
            return try rows.step()
        } catch {
            guard error.isDamage else { throw error }
            reason = error.message
            cursor.damage.note(file: path, error.message)
            return false
        }
    }

    /// - Parameter end: of what was walked; nil if that is not known.
    mutating func finish(_ end: ChainEnd?, _ cursor: inout HistoryCursor) {
        if let gap = walk.gapAtEnd(end) { note(gap, &cursor) }
    }

    private mutating func note(_ gap: ZoneWalk.Gap, _ cursor: inout HistoryCursor) {
        cursor.note(gap, reason ?? "the zone map does not have it")
        reason = nil
    }
}
