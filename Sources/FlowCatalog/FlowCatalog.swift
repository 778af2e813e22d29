package import FlowModel

/// What the indices in a `Flow` mean. One for each process; a history store fills it before anything else interns, so that
/// indices on disk and in memory are the same.
package final class FlowCatalog: Sendable {
    package let endpoints = CatalogTable(placeholder: Endpoint(identity: .unknown))
    package let services = CatalogTable(placeholder: ServiceReference(name: "", namespace: ""))
    package let rules = CatalogTable(
        placeholder: RuleReference(
            kind: "", name: "", namespace: "", direction: .unknown, isDeny: false, index: 0, labels: []))
    /// Interfaces, the kernel's drop reasons, kernel functions.
    package let names = CatalogTable(placeholder: "")

    package init() {}
}
