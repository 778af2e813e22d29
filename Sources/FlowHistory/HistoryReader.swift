package import FlowCatalog
package import FlowModel
package import SQLiteRuntime

/// Reads a store, in the process that writes it or in another, also while it is written. One thread at a time uses it.
///
/// ```swift
/// var reader = try HistoryReader(directory: "/var/lib/apus", catalog: catalog)
/// var cursor = reader.cursor(order: .descending, verdicts: ValueSet([Verdict.dropped.rawValue]))
/// while let flows = try reader.next(&cursor) { … }
/// ```
package struct HistoryReader: ~Copyable, Sendable {
    package let storeID: StoreID
    let directory: String
    let connection: Connection
    var statements: ReaderStatements
    var decoder = BlockDecoder()
    private let catalog: FlowCatalog?
    private var loaded: CatalogCounts

    /// - Parameter catalog: is filled with the names of the store's flows, now and whenever flows are read that use new
    ///   ones: a fresh one of this reader. nil where the writer of the same process has filled the catalog.
    package init(directory: String, catalog: FlowCatalog? = nil) throws(HistoryError) {
        let connection = try StoreFile.openForReading(directory)
        let id = try whileDoing("opening history in \(directory)") { () throws(SQLiteError) in
            try StoreMeta.readID(connection)
        }
        guard let id else { throw .noStore(directory: directory) }
        let statements = try whileDoing("preparing to read history") { () throws(SQLiteError) in
            try ReaderStatements(connection)
        }
        var loaded = CatalogCounts()
        if let catalog { try CatalogStore.load(catalog, beyond: &loaded, connection) }
        (self.directory, self.catalog, self.loaded, storeID) = (directory, catalog, loaded, id)
        self.statements = statements
        self.connection = connection
    }

    /// Ends a running `next` with `SQLiteError.Code.interrupted`, from any thread.
    package var interrupter: Interrupter { connection.interrupter }

    /// The node whose flows these are; empty if the writer did not say.
    package func nodeName() throws(HistoryError) -> String {
        try whileDoing("reading history in \(directory)") { () throws(SQLiteError) in
            try StoreMeta.readNodeName(connection) ?? ""
        }
    }

    /// Interns the names that were stored since.
    package mutating func refreshCatalog() throws(HistoryError) {
        guard let catalog else { return }
        let stored = try whileDoing("looking for new names") { () throws(SQLiteError) in
            try CatalogCounts(&statements.catalogEnds)
        }
        if stored != loaded { try CatalogStore.load(catalog, beyond: &loaded, connection) }
    }

    /// A query: flows of these sequences and times (both ends included), verdicts and kinds; nil asks for all.
    package func cursor(
        order: HistoryCursor.Order, sequences: ClosedRange<UInt64>? = nil, times: ClosedRange<UInt64>? = nil,
        verdicts: ValueSet? = nil, kinds: ValueSet? = nil
    ) -> HistoryCursor {
        HistoryCursor(order: order, sequences: sequences, times: times, verdicts: verdicts, kinds: kinds)
    }

    /// The next flows of the query in its order, at most a block of them and at least one; nil at the end.
    ///
    /// Blocks that cannot hold any are passed over unread. Damaged ones are counted in the cursor and passed over.
    package mutating func next(_ cursor: inout HistoryCursor) throws(HistoryError) -> [Flow]? {
        while !cursor.isAtEnd {
            guard let flows = try whileDoing(doing, { () throws(SQLiteError) in try nextBatch(&cursor) }) else {
                return nil
            }
            if flows.isEmpty { continue }
            try refreshCatalog()
            return flows
        }
        return nil
    }

    /// What is going on when a read fails.
    var doing: String { "reading history in \(directory)" }
}
