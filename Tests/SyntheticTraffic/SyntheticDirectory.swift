package import Directory
package import FlowCatalog
package import FlowEnrichment
package import FlowModel
import Manifests

/// A cluster's directory, made as the server makes it, and enrichment with it.
package struct SyntheticDirectory {
    package let catalog: FlowCatalog
    package let publisher: DirectoryPublisher
    package let update: DirectoryUpdate
    /// As it was when the update was made.
    package let directory: Directory

    /// - Parameter catalog: fresh, or filled by a store.
    package init(_ cluster: SyntheticCluster, catalog: FlowCatalog = FlowCatalog()) {
        self.catalog = catalog
        var directory = Directory(catalog: catalog, nodeName: SyntheticCluster.nodeName)
        update = directory.update(ManifestSet.parse(cluster.manifests(), file: "cluster.yaml"))
        precondition(update.problems.isEmpty, "the manifests are sound: \(update.problems)")
        self.directory = directory
        publisher = DirectoryPublisher()
        publisher.publish(update.snapshot)
        for index in 0..<SyntheticTraffic.rules { _ = catalog.rules.intern(Self.rule(Int(index))) }
    }

    package func enricher(firstSequence: UInt64 = 1) -> FlowEnricher {
        FlowEnricher(
            publisher: publisher, catalog: catalog, reasonNames: SyntheticTraffic.reasonNames,
            symbols: KernelSymbols(lines: []), interfaces: SyntheticTraffic.interfaces, firstSequence: firstSequence)
    }

    /// Flows of the cluster's traffic, enriched.
    package func flows(_ cluster: SyntheticCluster, count: Int) -> [Flow] {
        var traffic = SyntheticTraffic(cluster)
        var enricher = enricher()
        var flows: [Flow] = []
        enricher.beginBatch()
        enricher.enrich(traffic.events(count).span, into: &flows)
        return flows
    }

    private static func rule(_ index: Int) -> RuleReference {
        RuleReference(
            kind: "CiliumNetworkPolicy", name: "policy-\(index)", namespace: "team-\(index % 10)", direction: .ingress,
            isDeny: false, index: index, labels: ["k8s:io.cilium.k8s.policy.name=policy-\(index)"])
    }
}
