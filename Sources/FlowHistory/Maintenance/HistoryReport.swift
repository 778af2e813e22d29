package import FlowModel
import SQLiteRuntime

/// What a store holds, for who looks after it. Bytes are those of files, write-ahead logs apart.
package struct HistoryReport: Sendable {
    /// One file of flows.
    package struct Partition: Sendable {
        /// Its name within the directory.
        package var file: String
        package var firstSequence: UInt64
        /// nil when it holds no flows. Nanoseconds since 1970-01-01 UTC.
        package var times: ClosedRange<UInt64>?
        package var flows: UInt64
        package var blocks: UInt64
        package var bytes: UInt64
        /// The one that a server goes on with.
        package var isNewest: Bool
    }

    /// Elements of the catalog that are there.
    package struct Names: Sendable {
        package var endpoints: Int
        package var services: Int
        package var rules: Int
        /// Interfaces, and the kernel's functions and drop reasons.
        package var others: Int
        /// Names that there were and that were deleted, as no flow used them any more.
        package var pruned: Int
    }

    package var storeID: StoreID
    package var nodeName: String
    package var format: Int64
    /// RFC 3339; nil if the store does not say.
    package var created: String?
    /// Oldest first.
    package var partitions: [Partition]
    package var catalogBytes: UInt64
    /// Of the write-ahead logs.
    package var logBytes: UInt64
    package var lost: [LossPlace: UInt64]
    package var names: Names
    /// Whose lock the store is; nil: nobody writes.
    package var writer: Int32?

    package var flows: UInt64 { partitions.reduce(0) { $0 + $1.flows } }
    package var bytes: UInt64 { partitions.reduce(catalogBytes) { $0 + $1.bytes } }
    /// Of all flows; nil when there are none.
    package var times: ClosedRange<UInt64>? {
        let known = partitions.compactMap(\.times)
        guard let first = known.map(\.lowerBound).min(), let last = known.map(\.upperBound).max() else { return nil }
        return first...last
    }
}

extension HistoryReader {
    /// Costs a look at each partition's row of the catalog; the newest partition's zones are read.
    package mutating func report() throws(HistoryError) -> HistoryReport {
        try look()
        let stored = try whileDoing(doing) { () throws(SQLiteError) in
            try (created: StoreMeta.readCreated(connection), names: HistoryReport.Names(connection))
        }
        var parts: [HistoryReport.Partition] = []
        for first in partitions {
            guard let summary = try summary(of: first) else { continue }
            parts.append(HistoryReport.Partition(summary, in: directory, isNewest: first == partitions.last))
        }
        let lost = try losses().reduce(into: [:]) { $0[$1.place, default: 0] += $1.count }
        return HistoryReport(
            storeID: storeID, nodeName: try nodeName(), format: StoreFile.format, created: stored.created,
            partitions: parts, catalogBytes: DiskSpace.bytes(of: StoreFile.catalogPath(directory)),
            logBytes: StoreFile.logBytes(directory, partitions), lost: lost,
            names: stored.names, writer: StoreFile.writer(directory))
    }
}

extension HistoryReport.Partition {
    init(_ summary: PartitionSummary, in directory: String, isNewest: Bool) {
        let path = StoreFile.partitionPath(directory, summary.firstSequence)
        let hasFlows = summary.flows > 0
        self.init(
            file: StoreFile.name(of: path), firstSequence: summary.firstSequence,
            times: hasFlows ? summary.minimumTime...max(summary.minimumTime, summary.maximumTime) : nil,
            flows: summary.flows, blocks: summary.blocks, bytes: DiskSpace.bytes(of: path), isNewest: isNewest)
    }
}

extension HistoryReport.Names {
    init(_ connection: borrowing Connection) throws(SQLiteError) {
        func rows(_ table: NameTable) throws(SQLiteError) -> Int {
            Int(try connection.integer("SELECT count(*) FROM \(table.rawValue)") ?? 0)
        }
        self.init(
            endpoints: try rows(.endpoints), services: try rows(.services), rules: try rows(.rules),
            others: try rows(.names), pruned: try StoreMeta.readPruned(connection).count)
    }
}
