import FlowCatalog
import FlowModel

/// Pods, labels, workloads and services: what flows name by index.
extension FilterProgram {
    mutating func requireNames(_ conditions: FilterConditions, _ set: SetWord) {
        pods.restrict(set, to: conditions.pods) { $0.matches($1) }
        labels.restrict(set, to: conditions.labels) { $0.matches($1.labels) }
        workloads.restrict(set, to: conditions.workloads) { $0.matches($1) }
        services.restrict(set, to: conditions.services) { $0.matches($1) }
    }

    mutating func narrowByNames(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        Self.narrow(&candidates, flows, by: &pods)
        Self.narrow(&candidates, flows, by: &labels)
        Self.narrow(&candidates, flows, by: &workloads)
        narrowByService(&candidates, flows)
    }

    @inline(never)
    private static func narrow(
        _ candidates: inout Candidates, _ flows: Span<Flow>, by endpoints: inout CatalogAnswers<Endpoint>
    ) {
        endpoints.narrow(&candidates, flows, by: { $0.sourceEndpoint }, { $0.destinationEndpoint })
    }

    @inline(never)
    private mutating func narrowByService(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        services.narrow(&candidates, flows, by: { $0.sourceService }, { $0.destinationService })
    }
}
