import FlowModel
import SQLiteRuntime

/// What one run of retention deleted.
package struct RetentionResult: Sendable, Equatable {
    package var blocks = 0
    package var flows: UInt64 = 0
    /// The run ended at its limit and there is more to delete: call again soon.
    package var hasMore = false
}

extension HistoryWriter {
    /// Blocks that one transaction deletes, and transactions that one run makes: a run takes a few milliseconds.
    private static let blocksAtOnce = 64
    private static let roundsAtOnce = 4

    /// Deletes what is older than `maximumAge` and the oldest of what is beyond `maximumBytes`, whole blocks at a time.
    ///
    /// - Parameter now: nanoseconds since 1970-01-01 UTC.
    @discardableResult
    package mutating func applyRetention(now: UInt64) throws(HistoryError) -> RetentionResult {
        var result = RetentionResult()
        do throws(SQLiteError) {
            let cutoff = oldestAllowed(now)
            for round in 0..<Self.roundsAtOnce {
                let expired = try deleteBlocks(olderThan: cutoff)
                result.blocks += expired.blocks
                result.flows += expired.flows
                guard expired.blocks == Self.blocksAtOnce else { break }
                result.hasMore = round == Self.roundsAtOnce - 1
            }
            if let cutoff, !result.hasMore {
                result.flows += try deleteTail(olderThan: cutoff)
                try connection.execute("DELETE FROM losses WHERE last_time_ns < \(Int64(storable: cutoff))")
            }
            try giveBackPages()
        } catch {
            let failure = HistoryError.sqlite(doing: "deleting old flows of history", error)
            status.failed(failure)
            throw failure
        }
        try refreshBytes()
        return result
    }

    private func oldestAllowed(_ now: UInt64) -> UInt64? {
        guard let age = settings.maximumAge else { return nil }
        let (seconds, attoseconds) = age.components
        let nanoseconds = UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds)) / 1_000_000_000
        return now > nanoseconds ? now - nanoseconds : 0
    }

    /// Bytes in use beyond what the file may hold; the write-ahead log gets its share first.
    private func excessBytes() throws(SQLiteError) -> Int64 {
        guard let maximum = settings.maximumBytes else { return 0 }
        let limit = max(Int64(clamping: maximum) - 4 * Int64(settings.checkpointBytes), Int64(clamping: maximum / 2))
        let pages = try connection.integer("PRAGMA page_count") ?? 0
        let free = try connection.integer("PRAGMA freelist_count") ?? 0
        return (pages - free) * Int64(StoreFile.pageBytes) - limit
    }

    private mutating func deleteBlocks(olderThan cutoff: UInt64?) throws(SQLiteError) -> RetentionResult {
        var result = RetentionResult()
        let transaction = try Transaction(connection, .immediate)
        var excess = try excessBytes()
        var last: (first: Int64, end: Int64)?
        var row = try connection.prepare(
            """
            SELECT first_sequence, last_sequence, flow_count, max_time_ns, payload_bytes FROM blocks
            ORDER BY first_sequence LIMIT \(Self.blocksAtOnce)
            """)
        while try row.step() {
            let isOld = cutoff.map { row.integer(3) < Int64(storable: $0) } ?? false
            guard isOld || excess > 0 else { break }
            last = (row.integer(0), row.integer(1))
            excess -= row.integer(4)
            result.blocks += 1
            result.flows += UInt64(row.integer(2))
        }
        row.reset()
        guard let last else { return result }
        try delete(through: last.first, lastSequence: last.end)
        try transaction.commit()
        status.expired(flows: result.flows, blocks: result.blocks)
        return result
    }

    private func delete(through firstSequence: Int64, lastSequence: Int64) throws(SQLiteError) {
        try connection.execute("DELETE FROM blocks WHERE first_sequence <= \(firstSequence)")
        try connection.execute("DELETE FROM block_payloads WHERE first_sequence <= \(firstSequence)")
        try StoreMeta.setExpiredThrough(connection, lastSequence)
        // A gap is of interest as long as there are flows around it.
        try connection.execute(
            """
            DELETE FROM losses WHERE last_time_ns < ifnull(
                (SELECT min_time_ns FROM blocks ORDER BY first_sequence LIMIT 1), (SELECT min(min_time_ns) FROM tail))
            """)
    }

    /// On a quiet host a flow may stay in the tail for long; its age counts there, too.
    private mutating func deleteTail(olderThan cutoff: UInt64) throws(SQLiteError) -> UInt64 {
        var flows = 0
        var last: (first: Int64, end: Int64)?
        let transaction = try Transaction(connection, .immediate)
        guard try connection.integer("SELECT count(*) FROM blocks") == 0 else { return 0 }
        var row = try connection.prepare(
            "SELECT first_sequence, last_sequence, flow_count, max_time_ns FROM tail ORDER BY first_sequence")
        while try row.step(), row.integer(3) < Int64(storable: cutoff) {
            last = (row.integer(0), row.integer(1))
            flows += Int(row.integer(2))
        }
        row.reset()
        guard let last else { return 0 }
        try connection.execute("DELETE FROM tail WHERE first_sequence <= \(last.first)")
        try StoreMeta.setExpiredThrough(connection, last.end)
        try transaction.commit()
        flows = window.prefix(durableFlows).prefix { $0.sequence <= UInt64(last.end) }.count
        window.removeFirst(flows)
        durableFlows -= flows
        status.expired(flows: UInt64(flows), blocks: 0)
        return UInt64(flows)
    }

    /// The file's free pages are used again by new blocks. Only when many are free (the limits were lowered) the file
    /// shrinks, at most 32 MiB at a time.
    private func giveBackPages() throws(SQLiteError) {
        let pages = try connection.integer("PRAGMA page_count") ?? 0
        let free = try connection.integer("PRAGMA freelist_count") ?? 0
        guard free > max(pages / 4, 256) else { return }
        try connection.execute("PRAGMA incremental_vacuum(2048)")
    }
}
