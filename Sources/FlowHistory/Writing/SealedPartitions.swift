import SQLiteRuntime

/// The partitions that are not written any more, as a writer finds them when it opens a store.
struct SealedPartitions {
    /// Oldest first, with their sets.
    private(set) var summaries: [PartitionSummary] = []
    /// Those whose sealing did not come to its end: the catalog does not know them.
    private var unknown: [PartitionSummary] = []
    /// Those that the catalog knows and that have a log yet.
    private var withLog: [UInt64] = []

    /// - Parameters:
    ///   - firsts: their first sequences, rising.
    ///   - known: what the catalog has of them.
    init(
        _ firsts: ArraySlice<UInt64>, _ known: [UInt64: PartitionSummary], _ directory: String,
        _ damage: inout StoreDamage
    ) throws(HistoryError) {
        for first in firsts {
            let path = StoreFile.partitionPath(directory, first)
            if let summary = known[first] {
                summaries.append(summary)
                if StoreFile.exists(path + "-wal") { withLog.append(first) }
            } else if let summary = try Self.read(path, first, &damage) {
                summaries.append(summary)
                unknown.append(summary)
            } else {
                summaries.append(.unreadable(firstSequence: first))
            }
        }
    }

    /// Makes up for sealings that were interrupted.
    func seal(_ checkpointer: HistoryCheckpointer) {
        for summary in unknown { checkpointer.seal(summary) }
        for first in withLog { checkpointer.seal(again: first) }
    }

    /// Nobody has the file open afterwards.
    ///
    /// - Returns: nil if it cannot be read, which is noted: the others can.
    private static func read(
        _ path: String, _ first: UInt64, _ damage: inout StoreDamage
    ) throws(HistoryError) -> PartitionSummary? {
        do throws(HistoryError) {
            let reader = try PartitionReader(path, firstSequence: first)
            return try whileDoing("reading the partition of flow \(first)") { () throws(SQLiteError) in
                try reader.summary(&damage)
            }
        } catch .sqlite(let doing, let error) {
            guard error.code != .busy, error.code != .interrupted else { throw .sqlite(doing: doing, error) }
            damage.note(file: path, error.message)
        } catch .noStore {
            damage.note(file: path, "it is empty")
        } catch {
            damage.note(file: path, error.description)
        }
        return nil
    }
}
