import FlowModel
import SQLiteRuntime

extension HistoryReader {
    /// Reads the whole store: SQLite's own check, each block and each row of the tail decoded, sequences that rise from
    /// block to block, no payload without its block.
    ///
    /// - Returns: what is wrong, at most about a hundred lines; nothing if all is well.
    package mutating func integrityCheck() throws(HistoryError) -> [String] {
        var problems = try whileDoing(doing) { () throws(SQLiteError) in try pageProblems() }
        var cursor = cursor(order: .ascending)
        var lastSequence: UInt64?
        while let flows = try whileDoing(doing, { () throws(SQLiteError) in try nextBatch(&cursor) }) {
            for flow in flows {
                if let lastSequence, flow.sequence <= lastSequence, problems.count < 100 {
                    problems.append("flow \(flow.sequence) comes after flow \(lastSequence)")
                }
                lastSequence = flow.sequence
            }
        }
        if let damage = cursor.firstDamage {
            problems.append(
                "\(cursor.damagedBlocks) blocks of \(cursor.damagedFlows) flows are damaged, the first: \(damage)")
        }
        return problems
    }

    private func pageProblems() throws(SQLiteError) -> [String] {
        var problems: [String] = []
        var row = try connection.prepare("PRAGMA integrity_check(90)")
        while try row.step() {
            if row.text(0) != "ok" { problems.append(row.text(0)) }
        }
        let orphans =
            try connection.integer(
                "SELECT count(*) FROM block_payloads WHERE first_sequence NOT IN (SELECT first_sequence FROM blocks)")
            ?? 0
        if orphans > 0 { problems.append("\(orphans) payloads belong to no block") }
        return problems
    }
}
