import FlowCatalog
import SQLiteRuntime

/// What an opening did about names that no flow uses any more.
package struct NamePruningResult: Sendable, Equatable {
    /// Names that were deleted.
    package var deleted = 0
    /// Why they were left; nil if they were not.
    package var obstacle: String?

    /// For who looks after the store; nil where nothing was to be done.
    package var text: String? {
        if let obstacle { return "names that no flow uses any more stay: \(obstacle)" }
        return deleted > 0 ? "\(deleted) names that no flow used any more were deleted" : nil
    }
}

extension HistoryWriter {
    /// Deletes the names that no partition's flows use, before any is loaded.
    ///
    /// Only into a fresh catalog: names that others know by their indices already must be there.
    static func pruneNames(
        _ sealed: [PartitionSummary], _ live: PartitionSummary, _ catalog: FlowCatalog, _ directory: String,
        _ connection: borrowing Connection
    ) -> NamePruningResult {
        guard CatalogCounts(catalog) == CatalogCounts() else { return NamePruningResult() }
        if let part = sealed.first(where: \.isUnreadable) {
            let file = StoreFile.name(of: StoreFile.partitionPath(directory, part.firstSequence))
            return NamePruningResult(obstacle: "\(file) cannot be read, and its flows may use any of them")
        }
        do throws(SQLiteError) {
            var used = UsedNames(try CatalogCounts(stored: connection))
            for part in sealed { used.add(part.knownSets) }
            used.add(live.knownSets)
            // Files that retention removed must not come back after a loss of power, with flows that lost their names.
            try DatabaseFile.synchronize(directory: directory)
            return NamePruningResult(deleted: try NamePruning.run(used, connection))
        } catch {
            return NamePruningResult(obstacle: "\(error)")
        }
    }

    /// Flows of the newest partition may use names that the catalog lost: these indices are given to no other.
    static func reserveNames(
        _ catalog: FlowCatalog, _ firsts: [UInt64], _ newest: PartitionExtent, _ settings: HistorySettings,
        _ loaded: inout CatalogCounts, _ damage: inout StoreDamage
    ) throws(HistoryError) {
        var used = newest.names
        // The newest may be one that nothing was written to yet.
        if newest.all.flows == 0, let first = firsts.dropLast().last {
            let path = StoreFile.partitionPath(settings.directory, first)
            if let names = try? PartitionReader(path, firstSequence: first).names() { used.formUnion(names) }
        }
        CatalogStore.reserve(
            catalog, through: used, &loaded, StoreFile.catalogPath(settings.directory), &damage)
    }
}
