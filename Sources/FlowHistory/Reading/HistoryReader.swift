package import FlowCatalog
import FlowModel
import SQLiteRuntime

/// Reads a store, in the process that writes it or in another, also while it is written. One thread at a time uses it.
///
/// ```swift
/// var reader = try HistoryReader(directory: "/var/lib/apus", catalog: catalog)
/// var cursor = reader.cursor(order: .descending, filter: filter)
/// while let flows = try reader.next(&cursor) { … }
/// ```
package struct HistoryReader: ~Copyable, Sendable {
    /// Zero if the store's own record of it is damaged.
    package let storeID: StoreID
    /// What was met that cannot be believed, apart from what the cursors say.
    package internal(set) var damage = StoreDamage()
    let directory: String
    let connection: Connection
    /// The partitions that were there when it was last looked, by their first sequences, rising.
    var partitions: [UInt64] = []
    /// Of the sealed ones.
    var summaries: [UInt64: PartitionSummary] = [:]
    /// The one that is open.
    var partition: PartitionReader?
    private var catalogEnds: Statement
    private var names: ReadNames?

    /// - Parameters:
    ///   - catalog: has the names of the store's flows.
    ///   - fillsCatalog: the catalog is a fresh one of this reader, to be filled with the names of the flows that are
    ///     read; false where the writer of the same process does that.
    package init(
        directory: String, catalog: FlowCatalog? = nil, fillsCatalog: Bool = true
    ) throws(HistoryError) {
        let path = StoreFile.catalogPath(directory)
        var damage = StoreDamage()
        let connection = try Self.openCatalog(path, &damage)
        let id = try Self.readID(connection, directory, &damage)
        let ends = try whileDoing("preparing to read \(path)") { () throws(SQLiteError) in
            try connection.prepare(CatalogCounts.ends)
        }
        var names = catalog.map { ReadNames($0, fills: fillsCatalog, path) }
        try names?.load(connection, &damage)
        (self.directory, self.names, self.damage, storeID) = (directory, names, damage, id)
        catalogEnds = ends
        self.connection = connection
    }

    /// A catalog that is there and cannot be read is as one without names: the flows are still there.
    private static func openCatalog(_ path: String, _ damage: inout StoreDamage) throws(HistoryError) -> Connection {
        do throws(HistoryError) {
            let connection = try StoreFile.openForReading(path, .catalog)
            // All tables must be known before one is asked.
            try whileDoing("opening \(path)") { () throws(SQLiteError) in try CatalogStore.prepareAll(connection) }
            return connection
        } catch .sqlite(_, let error) where error.code != .busy && error.code != .interrupted {
            damage.note(file: path, error.message)
            return try StoreFile.emptyCatalog()
        }
    }

    private static func readID(
        _ connection: borrowing Connection, _ directory: String, _ damage: inout StoreDamage
    ) throws(HistoryError) -> StoreID {
        let path = StoreFile.catalogPath(directory)
        var isEmpty = false
        do throws(SQLiteError) {
            switch try StoreMeta.readID(connection) {
            case .value(let text): if let id = StoreID(text) { return id }
            case .damaged: break
            case .missing:
                isEmpty = damage.isEmpty && StoreFile.partitions(directory).isEmpty
            }
            damage.note(DamagedRow(path: path, table: "meta", row: 0, reason: DamagedRow.isNotReadable))
        } catch {
            guard error.isDamage else { throw .sqlite(doing: "reading \(path)", error) }
            damage.note(file: path, error.message)
        }
        if isEmpty { throw .noStore(directory: directory) }
        return StoreID(high: 0, low: 0)
    }

    /// The node whose flows these are; empty if the writer did not say, or that is damaged.
    package mutating func nodeName() throws(HistoryError) -> String {
        let path = StoreFile.catalogPath(directory)
        do throws(SQLiteError) {
            switch try StoreMeta.readNodeName(connection) {
            case .value(let name): return name
            case .missing, .damaged:
                damage.note(DamagedRow(path: path, table: "meta", row: 0, reason: DamagedRow.isNotReadable))
            }
        } catch {
            guard error.isDamage else { throw .sqlite(doing: doing, error) }
            damage.note(file: path, error.message)
        }
        return ""
    }

    /// Interns the names that were stored since.
    package mutating func refreshCatalog() throws(HistoryError) {
        guard names?.fills ?? false else { return }
        let stored: CatalogCounts
        do throws(SQLiteError) {
            stored = try CatalogCounts(&catalogEnds)
        } catch {
            guard error.isDamage else { throw .sqlite(doing: "looking for new names", error) }
            return damage.note(file: StoreFile.catalogPath(directory), error.message)
        }
        try names?.refresh(stored, connection, &damage)
    }

    /// Gives flows that were read their names, or the reason why they have none.
    mutating func name(_ flows: inout [Flow]) throws(HistoryError) {
        try refreshCatalog()
        names?.mark(&flows, &damage)
    }

    /// A query: flows of these sequences and times (both ends included; nil asks for all) that meet the filter.
    ///
    /// - Parameter budget: ends the reading before all is read; `HistoryCursor.unreadUntil` tells.
    package func cursor(
        order: HistoryCursor.Order, sequences: ClosedRange<UInt64>? = nil, times: ClosedRange<UInt64>? = nil,
        filter: ColumnFilter = ColumnFilter(), budget: ReadingBudget? = nil
    ) -> HistoryCursor {
        HistoryCursor(order: order, sequences: sequences, times: times, filter: filter, budget: budget)
    }

    /// Looks which partitions there are.
    mutating func look() throws(HistoryError) {
        var found = StoreFile.partitions(directory)
        guard found != partitions else { return }
        for _ in 0..<Self.mostLooks {
            let merged = try unfinishedMove()
            try look(at: found, merged)
            let again = StoreFile.partitions(directory)
            if try unfinishedMove() == merged && again == found { return }
            found = again
        }
    }

    /// A compaction that goes on meanwhile makes another look necessary, so that no flow is in two partitions or in none.
    static let mostLooks = 16

    private mutating func look(at files: [UInt64], _ merged: ClosedRange<UInt64>?) throws(HistoryError) {
        var found = files
        if let merged { found.removeAll { merged.contains($0) && $0 > merged.lowerBound } }
        // The file of the same name as the open one may be another by now.
        let isMerged = partitions.contains { $0 > found.first ?? 0 && !found.contains($0) }
        if isMerged { partition = nil }
        partitions = found
        let path = StoreFile.catalogPath(directory)
        do throws(SQLiteError) {
            summaries = try PartitionSummary.load(connection, path, &damage)
        } catch {
            guard error.isDamage else { throw .sqlite(doing: doing, error) }
            // Partitions without a summary are opened and asked.
            summaries = [:]
            damage.note(file: path, error.message)
        }
        if let merged { summaries[merged.lowerBound] = nil }
        // The newest is written to, whatever the catalog says.
        if let newest = found.last { summaries[newest] = nil }
    }

    /// The partitions whose flows the first of them has alone, where a compaction was interrupted.
    private mutating func unfinishedMove() throws(HistoryError) -> ClosedRange<UInt64>? {
        do throws(SQLiteError) {
            return try Compaction(directory).merged(connection)
        } catch {
            guard error.isDamage else { throw .sqlite(doing: doing, error) }
            damage.note(file: StoreFile.catalogPath(directory), error.message)
            return nil
        }
    }

    /// Opens a partition. One that cannot be read is noted.
    ///
    /// - Returns: false if it is not there any more, or not yet whole, or cannot be read.
    mutating func open(_ firstSequence: UInt64) throws(HistoryError) -> Bool {
        if partition?.firstSequence == firstSequence { return true }
        partition = nil
        let path = StoreFile.partitionPath(directory, firstSequence)
        do throws(HistoryError) {
            partition = try PartitionReader(path, firstSequence: firstSequence)
            return true
        } catch .noStore {
            // The newest may not be whole yet.
            let isSealed = summaries[firstSequence] != nil || firstSequence < partitions.last ?? 0
            if isSealed, StoreFile.exists(path) { damage.note(file: path, "it is empty") }
        } catch .sqlite(let doing, let error) {
            guard error.code != .busy, error.code != .interrupted else { throw .sqlite(doing: doing, error) }
            damage.note(file: path, error.message)
        } catch {
            damage.note(file: path, error.description)
        }
        return false
    }

    mutating func noteUnreadable(_ firstSequence: UInt64, _ error: SQLiteError) {
        damage.note(file: StoreFile.partitionPath(directory, firstSequence), error.message)
    }

    /// What is going on when a read fails.
    var doing: String { "reading history in \(directory)" }
}
