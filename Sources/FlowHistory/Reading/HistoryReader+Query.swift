package import FlowModel
import SQLiteRuntime

extension HistoryReader {
    /// The next flows of the query in its order, about a block of them at most and at least one; nil at the end.
    ///
    /// Partitions and blocks that cannot hold any are passed over unread. Damaged blocks are counted in the cursor and
    /// passed over. A budget that is spent ends the query.
    package mutating func next(_ cursor: inout HistoryCursor) throws(HistoryError) -> [Flow]? {
        // Whoever starts at the newest wants to see it.
        if partitions.isEmpty || cursor.order == .descending && cursor.high > partitions.last ?? 0 { try look() }
        while !cursor.isAtEnd && cursor.unreadUntil == nil {
            guard let index = place(cursor) else { return nil }
            if var flows = try read(partitions[index], &cursor) {
                try name(&flows)
                return flows
            }
            if cursor.unreadUntil != nil { return nil }
            if try isGone(partitions[index]) { continue }
            guard try leave(index, &cursor) else { return nil }
        }
        return nil
    }

    /// Whether a partition's file went away, and its flows perhaps into another, so that the list is a new one.
    mutating func isGone(_ firstSequence: UInt64) throws(HistoryError) -> Bool {
        if StoreFile.exists(StoreFile.partitionPath(directory, firstSequence)) { return false }
        let known = partitions
        try look()
        return partitions != known
    }

    /// The partition in which the query goes on.
    func place(_ cursor: HistoryCursor) -> Int? {
        switch cursor.order {
        case .ascending: partitions.lastIndex { $0 <= cursor.low } ?? (partitions.isEmpty ? nil : 0)
        case .descending: partitions.lastIndex { $0 <= cursor.high }
        }
    }

    private mutating func read(_ firstSequence: UInt64, _ cursor: inout HistoryCursor) throws(HistoryError) -> [Flow]? {
        if let summary = summaries[firstSequence], !summary.mayMatch(cursor) { return nil }
        guard try open(firstSequence) else {
            noteUnreadable(firstSequence, &cursor)
            return nil
        }
        let known = (files: cursor.damage.files.count, blocks: cursor.damagedBlocks)
        do throws(SQLiteError) {
            let flows = try partition?.next(&cursor)
            countUnknown(firstSequence, since: known, &cursor)
            return flows
        } catch {
            throw .sqlite(doing: doing, error)
        }
    }

    /// A partition that could be read no further, and of which it is not known what is missing, counts as a damaged block.
    func countUnknown(
        _ firstSequence: UInt64, since known: (files: Int, blocks: Int), _ cursor: inout HistoryCursor
    ) {
        guard cursor.damage.files.count > known.files, cursor.damagedBlocks == known.blocks else { return }
        let path = StoreFile.partitionPath(directory, firstSequence)
        cursor.noteUncounted(
            firstSequence, flows: summaries[firstSequence]?.flows ?? 0, cursor.damage.files[path] ?? "it cannot be read"
        )
    }

    /// What a partition that cannot be opened held, as far as the catalog knows.
    func noteUnreadable(_ firstSequence: UInt64, _ cursor: inout HistoryCursor) {
        let path = StoreFile.partitionPath(directory, firstSequence)
        guard let reason = damage.files[path] else { return }
        cursor.noteUnreadable(path, firstSequence, flows: summaries[firstSequence]?.flows ?? 0, reason)
    }

    /// Goes on to the next partition. A partition is left only after it was read to its end with the next one already
    /// there: nothing can have been added to it meanwhile.
    ///
    /// - Returns: false if there is none.
    mutating func leave(_ index: Int, _ cursor: inout HistoryCursor) throws(HistoryError) -> Bool {
        let first = partitions[index]
        switch cursor.order {
        case .descending:
            cursor.pass(first...first)
            return index > 0
        case .ascending:
            if index + 1 < partitions.count {
                cursor.pass(first...max(first, partitions[index + 1] - 1))
                return true
            }
            let known = partitions
            try look()
            return partitions != known && partitions.last ?? 0 > first
        }
    }
}
