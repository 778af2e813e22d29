import FlowCatalog
import FlowModel
import SQLiteRuntime

/// The names of the flows that a reader reads.
struct ReadNames: Sendable {
    /// The catalog is this reader's own.
    let fills: Bool
    private let catalog: FlowCatalog
    private let path: String
    private var loaded = CatalogCounts()
    /// What the file had when it was last looked at.
    private var seen = CatalogCounts()
    private var damaged: DamagedNames

    /// A flow that uses more names beyond the last known one than this is only marked.
    private static let mostReserved = 1 << 20

    init(_ catalog: FlowCatalog, fills: Bool, _ path: String) {
        (self.catalog, self.fills, self.path) = (catalog, fills, path)
        damaged = DamagedNames(catalog)
    }

    mutating func load(_ connection: borrowing Connection, _ damage: inout StoreDamage) throws(HistoryError) {
        if fills { try CatalogStore.load(catalog, beyond: &loaded, connection, path, &damage) }
    }

    /// - Parameter stored: what the file has now.
    mutating func refresh(
        _ stored: CatalogCounts, _ connection: borrowing Connection, _ damage: inout StoreDamage
    ) throws(HistoryError) {
        guard stored != seen else { return }
        try load(connection, &damage)
        seen = stored
    }

    /// Gives the sides of flows whose names are not known any more the reason. Names that flows use and the file does
    /// not have are noted, as it had them before the flows.
    mutating func mark(_ flows: inout [Flow], _ damage: inout StoreDamage) {
        let used = damaged.mark(&flows)
        guard fills, !used.isWithin(loaded), used.isWithin(loaded, plus: Self.mostReserved) else { return }
        CatalogStore.reserve(catalog, through: used, &loaded, path, &damage)
    }
}

extension CatalogCounts {
    fileprivate func isWithin(_ other: CatalogCounts, plus more: Int = 0) -> Bool {
        endpoints <= other.endpoints + more && services <= other.services + more && rules <= other.rules + more
            && names <= other.names + more
    }
}
