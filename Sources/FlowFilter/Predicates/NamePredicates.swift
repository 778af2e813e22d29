import FlowCatalog
import FlowModel

/// A condition on what an index of the catalog stands for, for each side of a flow: asked once per element.
struct SidedCatalogPredicate<Element: Hashable & Sendable> {
    private var either: CatalogAnswers<Element>?
    private var source: CatalogAnswers<Element>?
    private var destination: CatalogAnswers<Element>?

    init?<Pattern>(
        _ patterns: Sided<Pattern>, _ table: CatalogTable<Element>,
        _ matches: @escaping @Sendable (Pattern, Element) -> Bool
    ) {
        if patterns.isEmpty { return nil }
        func answers(_ patterns: [Pattern]) -> CatalogAnswers<Element>? {
            if patterns.isEmpty { return nil }
            return CatalogAnswers(table) { element in patterns.contains { matches($0, element) } }
        }
        either = answers(patterns.either)
        source = answers(patterns.source)
        destination = answers(patterns.destination)
    }

    mutating func match(source sourceIndex: UInt32, destination destinationIndex: UInt32) -> Bool {
        if source?.meets(sourceIndex) == false { return false }
        if destination?.meets(destinationIndex) == false { return false }
        if either?.meets(sourceIndex) != false { return true }
        return either?.meets(destinationIndex) != false
    }
}

/// Pods, labels, workloads and services: what flows name by index.
struct NamePredicates {
    private var pods: SidedCatalogPredicate<Endpoint>?
    private var labels: SidedCatalogPredicate<Endpoint>?
    private var workloads: SidedCatalogPredicate<Endpoint>?
    private var services: SidedCatalogPredicate<ServiceReference>?

    init?(_ conditions: FilterConditions, _ catalog: FlowCatalog) {
        pods = SidedCatalogPredicate(conditions.pods, catalog.endpoints) { $0.matches($1) }
        labels = SidedCatalogPredicate(conditions.labels, catalog.endpoints) { $0.matches($1.labels) }
        workloads = SidedCatalogPredicate(conditions.workloads, catalog.endpoints) { $0.matches($1) }
        services = SidedCatalogPredicate(conditions.services, catalog.services) { $0.matches($1) }
        if pods == nil && labels == nil && workloads == nil && services == nil { return nil }
    }

    mutating func match(_ flow: borrowing Flow) -> Bool {
        let (source, destination) = (flow.sourceEndpoint, flow.destinationEndpoint)
        if pods?.match(source: source, destination: destination) == false { return false }
        if labels?.match(source: source, destination: destination) == false { return false }
        if workloads?.match(source: source, destination: destination) == false { return false }
        return services?.match(source: flow.sourceService, destination: flow.destinationService) != false
    }
}
