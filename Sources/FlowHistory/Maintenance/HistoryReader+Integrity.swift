import FlowModel
import SQLiteRuntime

/// What a look at one file of a store found.
package struct CheckedFile: Sendable, Equatable {
    /// Its name within the directory.
    package var name: String
    package var flows: UInt64 = 0
    /// What is wrong, at most some hundred lines.
    package var problems: [String] = []
    /// Files looked at so far, and in all.
    package var position: Int
    package var count: Int
}

extension HistoryReader {
    /// Reads the whole store: SQLite's own check of each file, each block and each row of the tail decoded, sequences
    /// that rise from block to block, blocks of drops that hold what the blocks hold, no columns without their block,
    /// and what the catalog says of each partition.
    ///
    /// - Returns: what is wrong, at most some hundred lines; nothing if all is well.
    package mutating func integrityCheck() throws(HistoryError) -> [String] {
        var problems: [String] = []
        try integrityCheck { file in
            if problems.count < 100 { problems += file.problems }
        }
        return problems
    }

    /// The same, file by file as each is done; the catalog is the first. A file that cannot be read is a problem of its
    /// own.
    package mutating func integrityCheck(_ visit: (CheckedFile) -> Void) throws(HistoryError) {
        try look()
        let all = partitions
        visit(checkedCatalog(count: all.count + 1))
        var lastSequence: UInt64?
        for (index, first) in all.enumerated() {
            let path = StoreFile.partitionPath(directory, first)
            var file = CheckedFile(name: StoreFile.name(of: path), position: index + 2, count: all.count + 1)
            let end = index + 1 < all.count ? all[index + 1] - 1 : .max
            do throws(HistoryError) {
                try check(first...max(first, end), &file, &lastSequence)
            } catch {
                file.problems.append("\(error)")
            }
            visit(file)
        }
    }

    private func checkedCatalog(count: Int) -> CheckedFile {
        var file = CheckedFile(
            name: StoreFile.name(of: StoreFile.catalogPath(directory)), position: 1, count: count)
        do throws(SQLiteError) {
            file.problems = try connection.pageProblems() + damage.descriptions
        } catch {
            file.problems = ["\(error)"]
        }
        return file
    }

    private mutating func check(
        _ sequences: ClosedRange<UInt64>, _ file: inout CheckedFile, _ lastSequence: inout UInt64?
    ) throws(HistoryError) {
        guard try open(sequences.lowerBound) else { return }
        var damage = StoreDamage()
        let own = try whileDoing(doing) { () throws(SQLiteError) in
            try (problems: partition?.connection.partitionProblems() ?? [], summary: partition?.summary(&damage))
        }
        file.problems += own.problems + damage.descriptions
        let found = try tally(sequences, ColumnFilter(), &file, &lastSequence)
        file.flows = found.flows
        var ignored: UInt64?
        let drops = ColumnFilter(anyOf: [ColumnConditions(facts: [[.verdict(.dropped)]])])
        let alone = try tally(sequences, drops, &file, &ignored)
        if found.dropped != alone.dropped {
            file.problems.append("of \(found.dropped) drops \(alone.dropped) are found by themselves")
        }
        guard let listed = summaries[sequences.lowerBound], let summary = own.summary else { return }
        if let difference = listed.difference(from: summary) {
            file.problems.append("the catalog says \(difference.listed), the file \(difference.own)")
        }
    }

    private mutating func tally(
        _ sequences: ClosedRange<UInt64>, _ filter: ColumnFilter, _ file: inout CheckedFile,
        _ lastSequence: inout UInt64?
    ) throws(HistoryError) -> (flows: UInt64, dropped: Int) {
        var cursor = cursor(order: .ascending, sequences: sequences, filter: filter)
        var tally = (flows: UInt64(0), dropped: 0)
        while let flows = try next(&cursor) {
            for flow in flows {
                if let lastSequence, flow.sequence <= lastSequence, file.problems.count < 100 {
                    file.problems.append("flow \(flow.sequence) comes after flow \(lastSequence)")
                }
                lastSequence = flow.sequence
                tally.flows += 1
                if flow.verdict == .dropped { tally.dropped += 1 }
            }
        }
        file.problems += cursor.damage.descriptions
        if let damage = cursor.firstDamage {
            file.problems.append(
                "\(cursor.damagedBlocks) blocks of \(cursor.damagedFlows) flows are damaged, the first: \(damage)")
        }
        return tally
    }
}

extension PartitionSummary {
    /// What the catalog and the file say differently; nil if they agree.
    fileprivate func difference(from own: PartitionSummary) -> (listed: String, own: String)? {
        if flows != own.flows { return ("\(flows) flows", "\(own.flows)") }
        if blocks != own.blocks { return ("\(blocks) blocks", "\(own.blocks)") }
        if lastSequence != own.lastSequence { return ("last flow \(lastSequence)", "\(own.lastSequence)") }
        let listedTimes = (minimumTime, maximumTime)
        let ownTimes = (Self.storable(own.minimumTime), Self.storable(own.maximumTime))
        return listedTimes == ownTimes ? nil : ("times \(listedTimes)", "\(ownTimes)")
    }

    private static func storable(_ time: UInt64) -> UInt64 { min(time, UInt64(Int64.max)) }
}

extension Connection {
    fileprivate func pageProblems() throws(SQLiteError) -> [String] {
        var problems: [String] = []
        var row = try prepare("PRAGMA integrity_check(90)")
        while try row.step() {
            if row.text(0) != "ok" { problems.append(row.text(0)) }
        }
        return problems
    }

    fileprivate func partitionProblems() throws(SQLiteError) -> [String] {
        var problems = try pageProblems()
        for table in ["block", "drop_block"] {
            let orphans =
                try integer(
                    """
                    SELECT count(*) FROM \(table)_columns WHERE id / 4 NOT IN (SELECT first_sequence FROM \(table)s)
                    """) ?? 0
            if orphans > 0 { problems.append("\(orphans) columns belong to no block") }
        }
        return problems
    }
}
