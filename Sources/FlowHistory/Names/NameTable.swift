/// The catalog's tables.
enum NameTable: String, CaseIterable, Sendable {
    case endpoints, services, rules, names

    /// What of a block's sets says which of its names are in use.
    var members: [BlockSets.Member] {
        switch self {
        case .endpoints: [.endpoint]
        case .services: [.service]
        case .rules: [.rule]
        case .names: [.kernelReason, .otherName]
        }
    }
}

extension CatalogCounts {
    subscript(table: NameTable) -> Int {
        switch table {
        case .endpoints: endpoints
        case .services: services
        case .rules: rules
        case .names: names
        }
    }
}
