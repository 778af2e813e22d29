import FlowCatalog
import FlowModel

/// Pods, labels, workloads, DNS names, clusters and services: what each side of a flow names by index.
extension FilterProgram {
    mutating func requireNames(_ conditions: FilterConditions, _ set: SetWord) {
        pods.restrict(set, to: conditions.pods) { $0.matches($1) }
        labels.restrict(set, to: conditions.labels) { $0.matches($1.labels) }
        workloads.restrict(set, to: conditions.workloads) { $0.matches($1) }
        domains.restrict(set, to: conditions.domains) { pattern, endpoint in
            endpoint.dnsNames.contains { pattern.matches($0) }
        }
        clusters.restrict(set, to: conditions.clusters) { $0 == $1.clusterName }
        services.restrict(set, to: conditions.services) { $0.matches($1) }
        names.restrict(set, to: conditions.names) { $0.holds($1) }
        services.restrict(set, to: conditions.serviceNames) { $0.holds($1) }
    }

    /// One end lies in any of the namespaces.
    mutating func requireVisible(_ namespaces: Set<String>?, _ set: SetWord) {
        guard let namespaces else { return }
        visible.restrict(set, .either) { namespaces.contains($0.namespace) }
    }

    mutating func narrowByNames(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        Self.narrow(&candidates, flows, by: &visible)
        Self.narrow(&candidates, flows, by: &pods)
        Self.narrow(&candidates, flows, by: &labels)
        Self.narrow(&candidates, flows, by: &workloads)
        Self.narrow(&candidates, flows, by: &domains)
        Self.narrow(&candidates, flows, by: &clusters)
        Self.narrow(&candidates, flows, by: &names)
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
