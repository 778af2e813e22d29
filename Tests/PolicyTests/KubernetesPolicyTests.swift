import FlowModel
import Manifests
import Testing

@testable import Policy

@Suite struct KubernetesPolicyTests {
    private typealias Cluster = TestCluster

    private func compile(_ spec: String) -> (KernelModel, TestCluster) {
        let set = policies(
            "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {\(spec)}}")
        #expect(set.problems.isEmpty)
        var cluster = Cluster()
        cluster.add(set.prefixes)
        return (KernelModel(policy: cluster.compile(set, Cluster.subject(Cluster.web))), cluster)
    }

    @Test(
        "Whom an entry lets in",
        arguments: [
            ("", ["host"]),
            ("ingress: []", ["host"]),
            ("ingress: [{}]", ["web", "db", "other", "host", "world"]),
            ("ingress: [{from: []}]", ["web", "db", "other", "host", "world"]),
            ("ingress: [{from: [{podSelector: {}}]}]", ["web", "db", "host"]),
            ("ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}]", ["db", "host"]),
            ("ingress: [{from: [{namespaceSelector: {}}]}]", ["web", "db", "other", "host"]),
            (
                "ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}, "
                    + "podSelector: {matchLabels: {app: web}}}]}]", ["other", "host"]
            ),
            ("ingress: [{ports: [{port: 81}]}]", ["host"]),
            ("ingress: [{ports: [{port: 79, endPort: 81}]}]", ["web", "db", "other", "host", "world"]),
            ("ingress: [{ports: [{protocol: UDP}]}]", ["host"]),
            ("policyTypes: [Egress]", ["web", "db", "other", "host", "world"]),
        ] as [(String, Set<String>)])
    func ingress(rules: String, expected: Set<String>) {
        let (kernel, _) = compile("podSelector: {matchLabels: {app: web}}" + (rules.isEmpty ? "" : ", " + rules))
        let peers = [
            "web": Cluster.web, "db": Cluster.database, "other": Cluster.other, "host": Cluster.host,
            "world": Cluster.world,
        ]
        #expect(Set(peers.filter { kernel.decide(.ingress, $0.value.identity, .tcp, 80).passes }.keys) == expected)
    }

    @Test("Egress is closed when the types or an entry say so")
    func egress() {
        #expect(compile("podSelector: {}, policyTypes: [Egress]").0.policy.egress == .enforce)
        #expect(compile("podSelector: {}, policyTypes: [Egress]").0.policy.ingress == .none)
        #expect(compile("podSelector: {}, egress: [{}]").0.policy.egress == .enforce)
        #expect(compile("podSelector: {}, ingress: [{}]").0.policy.egress == .none)
    }

    @Test("An ipBlock means its prefix without its exceptions")
    func ipBlock() throws {
        let (kernel, cluster) = compile(
            "podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]")
        let identity = { (text: String) in cluster.peers.first { $0.prefix == IPPrefix(text) }?.identity ?? .unknown }
        #expect(kernel.decide(.egress, identity("10.0.0.0/8"), .tcp, 80).passes)
        #expect(!kernel.decide(.egress, identity("10.1.0.0/16"), .tcp, 80).passes)
    }

    @Test(
        "What is wrong refuses the policy",
        arguments: [
            ("ingress: [{}]", "podSelector is required"),
            ("podSelector: {}, policyTypes: [Both]", "must be Ingress or Egress"),
            (
                "podSelector: {}, ingress: [{from: [{}]}]",
                "one of podSelector, namespaceSelector and ipBlock is required"
            ),
            (
                "podSelector: {}, ingress: [{ports: [{port: 80, endPort: 79}]}]",
                "must be a whole number from 80 to 65535"
            ),
            ("podSelector: {}, ingress: [{fromPods: []}]", "unknown field \"fromPods\"; accepted are from, ports"),
        ])
    func refused(spec: String, message: String) {
        let set = policies(
            "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {\(spec)}}")
        #expect(set.policies.isEmpty)
        #expect(set.problems.first?.message.contains(message) == true, "\(set.problems)")
    }
}
