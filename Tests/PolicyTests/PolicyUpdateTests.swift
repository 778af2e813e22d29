import FlowCatalog
import FlowModel
import PolicyScenarios
import Testing

@testable import Policy

/// What a compiler that is told of changes gives is what a new one would, and it works on what changed only.
@Suite struct PolicyUpdateTests {
    private typealias Cluster = TestCluster

    private static let policy = PolicyTests.policy(
        "endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEndpoints: [{matchLabels: {tier: data}}]}]")
    private static let other = PolicyTests.policy(
        "endpointSelector: {matchLabels: {app: db}}, ingress: [{fromEntities: [world]}]", name: "q")

    private static func subjects(_ count: UInt32) -> [PolicySubject] {
        (1...count).map { PolicySubject(endpoint: $0, labels: ($0 % 2 == 0 ? Cluster.web : Cluster.database).labels) }
    }

    @Test("Endpoints with the same labels share one policy")
    func shared() {
        var compiler = PolicyCompiler(catalog: FlowCatalog())
        let set = policies(Self.policy + Self.other)
        let endpoints = compiler.update(set, peers: Cluster().peers, subjects: Self.subjects(100))
        #expect(endpoints.count == 100 && Set(endpoints.map(\.policy.number)).count == 2)
        #expect(compiler.compiledCount == 2)
    }

    @Test("Nothing new is compiled and no number changes when nothing changes, or what no policy means")
    func unchanged() {
        var compiler = PolicyCompiler(catalog: FlowCatalog())
        let set = policies(Self.policy + Self.other)
        let first = compiler.update(set, peers: Cluster().peers, subjects: Self.subjects(4))
        let again = PolicySet(scenario: Self.policy + Self.other)
        #expect(again.policies.map(\.specs) == set.policies.map(\.specs))
        let newcomer = PolicyPeer(identity: Identity(rawValue: 1_500), labels: podLabels("app=new"))
        let second = compiler.update(set, peers: Cluster().peers + [newcomer], subjects: Self.subjects(4))
        #expect(second == first && compiler.compiledCount == 2)
    }

    @Test("A peer that gets a label changes the policies of those whose rules mean it, under a new number")
    func label() throws {
        var compiler = PolicyCompiler(catalog: FlowCatalog())
        let set = policies(Self.policy + Self.other)
        let first = compiler.update(set, peers: Cluster().peers, subjects: Self.subjects(4))
        let newcomer = PolicyPeer(identity: Identity(rawValue: 1_500), labels: podLabels("tier=data"))
        let second = compiler.update(set, peers: Cluster().peers + [newcomer], subjects: Self.subjects(4))
        #expect(zip(first, second).map { $0.policy.number != $1.policy.number } == [false, true, false, true])
        #expect(KernelModel(policy: second[1].policy).decide(.ingress, newcomer.identity, .tcp, 80).passes)
        // It is known once more after it went: its packets may still be on their way.
        let third = compiler.update(set, peers: Cluster().peers, subjects: Self.subjects(4))
        #expect(third == second)
        let fourth = compiler.update(set, peers: Cluster().peers, subjects: Self.subjects(4))
        #expect(!KernelModel(policy: fourth[1].policy).decide(.ingress, newcomer.identity, .tcp, 80).passes)
    }

    @Test("A policy that comes, changes or goes concerns those that it is about only, and has another revision")
    func policyChange() {
        var compiler = PolicyCompiler(catalog: FlowCatalog())
        let (peers, subjects) = (Cluster().peers, Self.subjects(2))
        let one = policies(Self.policy)
        let first = compiler.update(one, peers: peers, subjects: subjects)
        #expect(first.map(\.endpoint) == [2])
        let two = policies(Self.policy + Self.other, last: one)
        let second = compiler.update(two, peers: peers, subjects: subjects)
        #expect(second.map(\.endpoint) == [1, 2] && second[1] == first[0])
        #expect(two.policies.map(\.revision) == [1, 2] && two.revision == 2)
        let changed = policies(Self.policy.replacing("tier: data", with: "tier: web") + Self.other, last: two)
        let third = compiler.update(changed, peers: peers, subjects: subjects)
        #expect(third[0] == second[0] && third[1] != second[1])
        #expect(changed.policies.map(\.revision) == [3, 2])
        let gone = policies(Self.other, last: changed)
        #expect(compiler.update(gone, peers: peers, subjects: subjects).map(\.endpoint) == [1] && gone.revision == 4)
        #expect(policies(Self.other, last: gone).revision == 4)
    }

    @Test("After random changes it gives what a new compiler gives")
    func random() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var compiler = PolicyCompiler(catalog: FlowCatalog())
        for round in 0..<60 as Range<UInt64> {
            // Pods of one set of random policies under those of another: all change at once, or nothing but the pods.
            let pods = RandomPolicies(seed: seed &+ round)
            let set = PolicySet(scenario: RandomPolicies(seed: seed &+ round / 3).text)
            let cluster = ScenarioCluster(set, parties: pods.parties)
            func update(_ compiler: inout PolicyCompiler) -> [EndpointPolicy] {
                // Twice: those who went are known once more.
                _ = compiler.update(set, peers: cluster.peers, subjects: cluster.subjects)
                return compiler.update(set, peers: cluster.peers, subjects: cluster.subjects)
            }
            var fresh = PolicyCompiler(catalog: FlowCatalog())
            let (known, new) = (update(&compiler), update(&fresh))
            #expect(known.map(\.endpoint) == new.map(\.endpoint), "seed \(seed), round \(round)")
            for (one, two) in zip(known, new) {
                let same =
                    one.policy.ingress == two.policy.ingress && one.policy.egress == two.policy.egress
                    && Set(one.policy.entries.map(Key.init)) == Set(two.policy.entries.map(Key.init))
                #expect(same, "seed \(seed), round \(round)")
            }
        }
    }

    /// An entry without the number of its rule, which differs from catalog to catalog.
    private struct Key: Hashable {
        let entry: PolicyMapEntry
        init(_ entry: PolicyMapEntry) {
            var entry = entry
            entry.rule = 0
            self.entry = entry
        }
    }
}
