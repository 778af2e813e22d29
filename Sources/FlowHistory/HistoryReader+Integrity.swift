import FlowModel
import SQLiteRuntime

extension HistoryReader {
    /// Reads the whole store: SQLite's own check of each file, each block and each row of the tail decoded, sequences
    /// that rise from block to block, blocks of drops that hold what the blocks hold, no columns without their block.
    ///
    /// - Returns: what is wrong, at most some hundred lines; nothing if all is well.
    package mutating func integrityCheck() throws(HistoryError) -> [String] {
        try look()
        var problems = try whileDoing(doing) { () throws(SQLiteError) in try connection.pageProblems() }
        for first in partitions where problems.count < 100 {
            guard try open(first) else { continue }
            do throws(SQLiteError) {
                problems += try partition?.connection.partitionProblems() ?? []
            } catch {
                throw .sqlite(doing: doing, error)
            }
        }
        var dropped = 0
        problems += try check(ColumnFilter(), &dropped)
        let drops = ColumnFilter(anyOf: [ColumnConditions(facts: [[.verdict(.dropped)]])])
        var droppedAlone = 0
        problems += try check(drops, &droppedAlone)
        if dropped != droppedAlone { problems.append("of \(dropped) drops \(droppedAlone) are found by themselves") }
        return problems
    }

    private mutating func check(_ filter: ColumnFilter, _ dropped: inout Int) throws(HistoryError) -> [String] {
        var problems: [String] = []
        var cursor = cursor(order: .ascending, filter: filter)
        var lastSequence: UInt64?
        while let flows = try next(&cursor) {
            for flow in flows {
                if let lastSequence, flow.sequence <= lastSequence, problems.count < 100 {
                    problems.append("flow \(flow.sequence) comes after flow \(lastSequence)")
                }
                lastSequence = flow.sequence
                if flow.verdict == .dropped { dropped += 1 }
            }
        }
        if let damage = cursor.firstDamage {
            problems.append(
                "\(cursor.damagedBlocks) blocks of \(cursor.damagedFlows) flows are damaged, the first: \(damage)")
        }
        return problems
    }
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
