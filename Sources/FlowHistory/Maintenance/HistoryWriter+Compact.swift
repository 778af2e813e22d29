import FlowModel
import SQLiteRuntime

/// What became of one run of partitions.
package struct CompactedRun: Sendable, Equatable {
    /// Names of the files that there were, oldest first; the first is the new one's, too.
    package var files: [String] = []
    package var flows: UInt64 = 0
    /// Of the files; equal where they were left alone.
    package var bytesBefore: UInt64 = 0
    package var bytesAfter: UInt64 = 0
    /// Why they were left as they are; nil if they were not.
    package var obstacle: String?
}

extension HistoryWriter {
    /// Makes neighbouring sealed partitions one where they fit into a period, with full blocks. The newest partition
    /// stays as it is, and names stay: their numbers are in the blocks.
    ///
    /// Needs room on the disk for the largest run twice over. A run with damage in it is left alone.
    ///
    /// - Parameter visit: called after each run.
    package mutating func compact(_ visit: (CompactedRun) -> Void) throws(HistoryError) {
        checkpointer.finish()
        let plan = CompactionPlan(
            period: settings.periodNanoseconds, bytes: settings.partitionBytes, blockFlows: UInt64(settings.blockFlows))
        let directory = settings.directory
        let sized = sealed.map { summary in
            let path = StoreFile.partitionPath(directory, summary.firstSequence)
            return (summary: summary, bytes: DiskSpace.bytes(of: path))
        }
        for group in plan.groups(sized) { visit(try compact(group)) }
    }

    private mutating func compact(_ group: [PartitionSummary]) throws(HistoryError) -> CompactedRun {
        let paths = group.map { StoreFile.partitionPath(settings.directory, $0.firstSequence) }
        var run = CompactedRun(files: paths.map { StoreFile.name(of: $0) })
        run.flows = group.reduce(0) { $0 + $1.flows }
        run.bytesBefore = paths.reduce(0) { $0 + DiskSpace.bytes(of: $1) }
        run.bytesAfter = run.bytesBefore
        run.obstacle = try obstacle(paths)
        guard run.obstacle == nil, let first = group.first, let last = group.last else { return run }
        let compaction = Compaction(settings.directory)
        let work = try compaction.prepare()
        let summary: PartitionSummary
        do throws(CompactionObstacle) {
            summary = try rewrite(group, in: work)
        } catch {
            compaction.forget()
            switch error {
            case .history(let failure): throw failure
            case .damage(let reason): run.obstacle = reason
            }
            return run
        }
        try whileDoing("putting a compacted partition in its place") { () throws(SQLiteError) in
            try compaction.adopt(summary, first.firstSequence...last.firstSequence, connection)
        }
        sealed.removeAll { $0.firstSequence > first.firstSequence && $0.firstSequence <= last.firstSequence }
        if let index = sealed.firstIndex(where: { $0.firstSequence == first.firstSequence }) {
            sealed[index] = summary.withoutSets
        }
        measureOthers()
        run.bytesAfter = DiskSpace.bytes(of: paths[0])
        return run
    }

    /// A log that is not in its file would be taken for the new file's.
    private func obstacle(_ paths: [String]) throws(HistoryError) -> String? {
        for path in paths where StoreFile.exists(path + "-wal") {
            let isEnded = try whileDoing("ending the log of \(path)") { () throws(SQLiteError) in
                try StoreFile.endLog(path)
            }
            if !isEnded { return "\(StoreFile.name(of: path)) is open in another process" }
        }
        return nil
    }

    /// Writes the flows and gaps of several partitions into one, on disk when this returns.
    private mutating func rewrite(
        _ group: [PartitionSummary], in work: String
    ) throws(CompactionObstacle) -> PartitionSummary {
        var settings = settings
        settings.directory = work
        let summary = try Self.write(group, from: self.settings.directory, settings, &encoder)
        let path = StoreFile.partitionPath(work, summary.firstSequence)
        let isEnded = try CompactionObstacle.unless { () throws(HistoryError) in
            try whileDoing("ending the log of \(path)") { () throws(SQLiteError) in try StoreFile.endLog(path) }
        }
        guard isEnded else { throw .damage("its new file is open in another process") }
        return summary
    }

    private static func write(
        _ group: [PartitionSummary], from directory: String, _ settings: HistorySettings, _ encoder: inout BlockEncoder
    ) throws(CompactionObstacle) -> PartitionSummary {
        let first = group.first?.firstSequence ?? 1
        var target = try CompactionObstacle.unless { () throws(HistoryError) in
            try PartitionRewriter(first, settings)
        }
        for part in group {
            let path = StoreFile.partitionPath(directory, part.firstSequence)
            var source = try CompactionObstacle.reading(path) { () throws(HistoryError) in
                try PartitionReader(path, firstSequence: part.firstSequence)
            }
            try target.take(&source, part, &encoder)
        }
        return try target.finish(&encoder)
    }
}

/// Why a run of partitions is not rewritten.
enum CompactionObstacle: Error {
    /// It is left alone.
    case damage(String)
    /// The whole compaction ends.
    case history(HistoryError)

    static func unless<Result: ~Copyable>(
        _ body: () throws(HistoryError) -> Result
    ) throws(CompactionObstacle) -> Result {
        do throws(HistoryError) { return try body() } catch { throw .history(error) }
    }

    /// A file that cannot be read is left alone, with those beside it.
    static func reading<Result: ~Copyable>(
        _ path: String, _ body: () throws(HistoryError) -> Result
    ) throws(CompactionObstacle) -> Result {
        do throws(HistoryError) {
            return try body()
        } catch {
            if case .sqlite(_, let failure) = error, !failure.isDamage { throw .history(error) }
            throw .damage("\(StoreFile.name(of: path)) cannot be read: \(error)")
        }
    }
}
