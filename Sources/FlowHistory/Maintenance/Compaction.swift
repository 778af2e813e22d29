import FoundationEssentials
import SQLiteRuntime

/// How one partition takes the place of several, so that after a kill at any moment each flow is there exactly once.
///
/// ```
/// compacting/flows-A.sqlite written              nobody looks there; what is left over is removed
/// meta: compacting = "A C"                       the file is whole and on disk
/// moved over flows-A.sqlite                      ◄── from here on readers pass over the files of B and C
/// partitions: A's row for all, those of B and C gone
/// flows-B.sqlite, flows-C.sqlite removed; meta: compacting gone
/// ```
/// The work is finished, or forgotten if the file was not moved yet, by whoever writes the store next.
struct Compaction {
    private let directory: String
    private var work: String { directory + "/compacting" }

    init(_ directory: String) { self.directory = directory }

    /// Where the new partition is written.
    func path(_ firstSequence: UInt64) -> String { StoreFile.partitionPath(work, firstSequence) }

    /// An empty directory for it.
    ///
    /// - Returns: its path.
    func prepare() throws(HistoryError) -> String {
        do {
            try? FileManager.default.removeItem(atPath: work)
            try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: false)
        } catch {
            throw .directory(path: work, message: "\(error)")
        }
        return work
    }

    func forget() { try? FileManager.default.removeItem(atPath: work) }

    /// The partitions whose flows the first of them has alone by now; nil where no move is unfinished.
    func merged(_ catalog: borrowing Connection) throws(SQLiteError) -> ClosedRange<UInt64>? {
        guard let range = try StoreMeta.readCompaction(catalog) else { return nil }
        return StoreFile.exists(path(range.lowerBound)) ? nil : range
    }

    /// Ends what was interrupted. The caller holds the writer's lock.
    func recover(_ catalog: borrowing Connection) throws(HistoryError) {
        let merged = try whileDoing("looking for an interrupted compaction") { () throws(SQLiteError) in
            let range = try self.merged(catalog)
            let begun = try StoreMeta.readCompaction(catalog)
            if range == nil, begun != nil { try StoreMeta.setCompaction(catalog, nil) }
            return range
        }
        if let merged {
            let reader = try PartitionReader(
                StoreFile.partitionPath(directory, merged.lowerBound), firstSequence: merged.lowerBound)
            try whileDoing("ending an interrupted compaction") { () throws(SQLiteError) in
                var damage = StoreDamage()
                try finish(reader.summary(&damage), merged, catalog)
            }
        }
        if StoreFile.exists(work) { forget() }
    }

    /// Puts the written partition, which nobody has open, in the place of all of them.
    func adopt(
        _ summary: PartitionSummary, _ firstSequences: ClosedRange<UInt64>, _ catalog: borrowing Connection
    ) throws(SQLiteError) {
        try StoreMeta.setCompaction(catalog, firstSequences)
        try DatabaseFile.move(
            path(summary.firstSequence), over: StoreFile.partitionPath(directory, summary.firstSequence))
        try finish(summary, firstSequences, catalog)
        forget()
    }

    private func finish(
        _ summary: PartitionSummary, _ firstSequences: ClosedRange<UInt64>, _ catalog: borrowing Connection
    ) throws(SQLiteError) {
        let transaction = try Transaction(catalog, .immediate)
        try summary.store(catalog)
        try PartitionSummary.forget(mergedInto: firstSequences, catalog)
        try transaction.commit()
        for first in StoreFile.partitions(directory)
        where firstSequences.contains(first) && first > firstSequences.lowerBound {
            StoreFile.remove(StoreFile.partitionPath(directory, first))
        }
        // A loss of power must not bring them back once nothing tells any more that they are to be passed over.
        try DatabaseFile.synchronize(directory: directory)
        try StoreMeta.setCompaction(catalog, nil)
    }
}
