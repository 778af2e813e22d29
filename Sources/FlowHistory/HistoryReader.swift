package import FlowCatalog
import SQLiteRuntime

/// Reads a store, in the process that writes it or in another, also while it is written. One thread at a time uses it.
///
/// ```swift
/// var reader = try HistoryReader(directory: "/var/lib/apus", catalog: catalog)
/// var cursor = reader.cursor(order: .descending, filter: filter)
/// while let flows = try reader.next(&cursor) { … }
/// ```
package struct HistoryReader: ~Copyable, Sendable {
    package let storeID: StoreID
    let directory: String
    let connection: Connection
    /// The partitions that were there when it was last looked, by their first sequences, rising.
    var partitions: [UInt64] = []
    /// Of the sealed ones.
    var summaries: [UInt64: PartitionSummary] = [:]
    /// The one that is open.
    var partition: PartitionReader?
    private var catalogEnds: Statement
    private let catalog: FlowCatalog?
    private var loaded: CatalogCounts

    /// - Parameter catalog: is filled with the names of the store's flows, now and whenever flows are read that use new
    ///   ones: a fresh one of this reader. nil where the writer of the same process has filled the catalog.
    package init(directory: String, catalog: FlowCatalog? = nil) throws(HistoryError) {
        let connection = try StoreFile.openForReading(StoreFile.catalogPath(directory), .catalog)
        let id = try whileDoing("opening history in \(directory)") { () throws(SQLiteError) in
            try StoreMeta.readID(connection)
        }
        guard let id else { throw .noStore(directory: directory) }
        let ends = try whileDoing("preparing to read history") { () throws(SQLiteError) in
            try connection.prepare(CatalogCounts.ends)
        }
        var loaded = CatalogCounts()
        if let catalog { try CatalogStore.load(catalog, beyond: &loaded, connection) }
        (self.directory, self.catalog, self.loaded, storeID) = (directory, catalog, loaded, id)
        catalogEnds = ends
        self.connection = connection
    }

    /// The node whose flows these are; empty if the writer did not say.
    package func nodeName() throws(HistoryError) -> String {
        try whileDoing(doing) { () throws(SQLiteError) in try StoreMeta.readNodeName(connection) ?? "" }
    }

    /// Interns the names that were stored since.
    package mutating func refreshCatalog() throws(HistoryError) {
        guard let catalog else { return }
        let stored = try whileDoing("looking for new names") { () throws(SQLiteError) in
            try CatalogCounts(&catalogEnds)
        }
        if stored != loaded { try CatalogStore.load(catalog, beyond: &loaded, connection) }
    }

    /// A query: flows of these sequences and times (both ends included; nil asks for all) that meet the filter.
    package func cursor(
        order: HistoryCursor.Order, sequences: ClosedRange<UInt64>? = nil, times: ClosedRange<UInt64>? = nil,
        filter: ColumnFilter = ColumnFilter()
    ) -> HistoryCursor {
        HistoryCursor(order: order, sequences: sequences, times: times, filter: filter)
    }

    /// Looks which partitions there are.
    mutating func look() throws(HistoryError) {
        let found = StoreFile.partitions(directory)
        guard found != partitions else { return }
        partitions = found
        summaries = try whileDoing(doing) { () throws(SQLiteError) in try PartitionSummary.load(connection) }
        // The newest is written to, whatever the catalog says.
        if let newest = found.last { summaries[newest] = nil }
    }

    /// Opens a partition.
    ///
    /// - Returns: false if it is not there any more, or not yet whole.
    mutating func open(_ firstSequence: UInt64) throws(HistoryError) -> Bool {
        if partition?.firstSequence == firstSequence { return true }
        partition = nil
        do throws(HistoryError) {
            partition = try PartitionReader(
                StoreFile.partitionPath(directory, firstSequence), firstSequence: firstSequence)
        } catch .noStore {
            return false
        }
        return true
    }

    /// What is going on when a read fails.
    var doing: String { "reading history in \(directory)" }
}
