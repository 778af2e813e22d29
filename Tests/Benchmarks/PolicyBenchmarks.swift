import Directory
import FlowCatalog
import FlowModel
import Manifests
import Policy
import SyntheticTraffic

/// The control plane's larger piece of work, in processor time of one thread.
enum PolicyBenchmarks {
    static let groups = [BenchmarkGroup(name: "policy.compile") { try compile() }]

    /// 1,000 pods × 200 policies × 50 label sets: all of it, and then one pod that gets a label that no other has.
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
        var compiler = PolicyCompiler(catalog: Workload.directory.catalog)
        var endpoints: [EndpointPolicy] = []
        let compiling = ThreadMeter.measure {
            endpoints = compiler.update(policies, peers: peers, subjects: subjects)
        }
        guard !endpoints.isEmpty else { throw Obstacle("the policies select nobody") }
        let compiled = Dictionary(endpoints.map { ($0.policy.number, $0.policy) }) { first, _ in first }
        let entries = compiled.values.reduce(0) { $0 + $1.entries.count }
        let alone = endpoints.reduce(0) { $0 + $1.policy.entries.count }

        // The pod's new labels are an identity of their own, which rules of others mean, too.
        var changes: [Double] = []
        var recompiled = 0
        for round in 0..<16 {
            var (peers, subjects) = (peers, subjects)
            subjects[round].labels = (subjects[round].labels + ["k8s:rollout=\(round)"]).sorted()
            peers.append(
                PolicyPeer(identity: Identity(rawValue: 60_000 + UInt32(round)), labels: subjects[round].labels))
            let before = compiler.compiledCount
            let one = ThreadMeter.measure {
                endpoints = compiler.update(policies, peers: peers, subjects: subjects)
            }
            changes.append(one.nanoseconds)
            recompiled = max(recompiled, compiler.compiledCount - before)
        }
        let change = changes.sorted()[changes.count / 2]
        return [
            Reading("policy.compile", "ms", compiling.nanoseconds / 1e6),
            Reading("policy.compile.parse", "ms", parsing.nanoseconds / 1e6),
            Reading("policy.compile.entries", "entries", Double(entries)),
            Reading("policy.compile.entries.unshared", "entries", Double(alone)),
            Reading("policy.update", "ms", change / 1e6),
            Reading("policy.update.ratio", "of compile", change / compiling.nanoseconds),
            Reading("policy.update.recompiled", "policies", Double(recompiled)),
        ]
    }
}
