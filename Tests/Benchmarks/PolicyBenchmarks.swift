import Directory
import FlowCatalog
import FlowModel
import Manifests
import Policy
import SyntheticTraffic

/// The control plane's larger piece of work, in processor time of one thread.
enum PolicyBenchmarks {
    static let groups = [BenchmarkGroup(name: "policy.compile") { try compile() }]

    /// 1,000 pods × 200 policies × 50 label sets.
    private static func compile() throws -> [Reading] {
        let text = SyntheticCluster.policies(200)
        var policies = PolicySet(ManifestSet())
        let parsing = ThreadMeter.measure { policies = PolicySet(ManifestSet.parse(text, file: "policies.yaml")) }
        guard policies.problems.isEmpty, policies.policies.count == 200 else {
            throw Obstacle("\(policies.problems)")
        }
        let update = Workload.directory.update
        let peers = update.identities.map {
            PolicyPeer(identity: $0.identity, labels: $0.labels, prefix: $0.prefix)
        }
        let subjects = update.subjects.map { PolicySubject(endpoint: $0.id, labels: $0.labels) }
        var entries = 0
        let compiling = ThreadMeter.measure {
            let compiler = PolicyCompiler(catalog: Workload.directory.catalog, peers: peers)
            entries = compiler.compile(policies, subjects: subjects).reduce(0) { $0 + $1.entries.count }
        }
        guard entries > 0 else { throw Obstacle("the policies select nobody") }
        return [
            Reading("policy.compile", "ms", compiling.nanoseconds / 1e6),
            Reading("policy.compile.parse", "ms", parsing.nanoseconds / 1e6),
            Reading("policy.compile.entries", "entries", Double(entries)),
        ]
    }
}
