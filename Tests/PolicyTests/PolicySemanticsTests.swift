import FlowCatalog
import FlowModel
import Testing

@testable import Policy

/// Each fact is checked in compiled entries, by a model of the kernel.
@Suite struct PolicySemanticsTests {
    private typealias Cluster = TestCluster

    /// Which peers may reach `web` at TCP 80.
    private func reaching(_ spec: String, kind: String = "CiliumNetworkPolicy", port: UInt16 = 80) throws -> Set<String>
    {
        let set = policies(policy(spec, kind: kind))
        #expect(set.problems.isEmpty)
        var cluster = Cluster()
        cluster.add(set.prefixes)
        let kernel = KernelModel(policy: cluster.compile(set, Cluster.subject(Cluster.web)))
        let names = [
            "web": Cluster.web, "db": Cluster.database, "other": Cluster.other, "host": Cluster.host,
            "node": Cluster.node, "world": Cluster.world,
        ]
        return Set(names.filter { kernel.decide(.ingress, $0.value.identity, .tcp, port).passes }.keys)
    }

    @Test(
        "Peers of an ingress entry",
        arguments: [
            // Empty and missing.
            ("ingress: [{}]", ["host"]),
            ("ingress: [{fromEndpoints: [{}]}]", ["web", "db", "host"]),
            ("ingress: [{fromEndpoints: []}]", ["host"]),
            ("ingress: [{fromEndpoints: [], toPorts: [{ports: [{port: \"80\"}]}]}]", ["host"]),
            ("ingress: [{toPorts: [{ports: [{port: \"80\"}]}]}]", ["web", "db", "other", "host", "node", "world"]),
            ("ingress: [{fromEndpoints: [{}], toPorts: []}]", ["web", "db", "host"]),
            ("ingress: [{fromEndpoints: [{}], toPorts: [{}]}]", ["host"]),
            ("ingress: [{fromEndpoints: [{}], toPorts: [{ports: []}]}]", ["host"]),
            ("egress: [{}]", ["web", "db", "other", "host", "node", "world"]),
            // Namespaces.
            ("ingress: [{fromEndpoints: [{matchLabels: {app: web}}]}]", ["web", "host"]),
            (
                "ingress: [{fromEndpoints: [{matchLabels: {app: web, io.kubernetes.pod.namespace: other}}]}]",
                ["other", "host"]
            ),
            (
                "ingress: [{fromEndpoints: [{matchLabels: {\"k8s:app\": web}, matchExpressions: "
                    + "[{key: \"k8s:io.kubernetes.pod.namespace\", operator: Exists}]}]}]", ["web", "other", "host"]
            ),
            (
                "ingress: [{fromEndpoints: [{matchLabels: "
                    + "{\"k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name\": other}}]}]",
                ["other", "host"]
            ),
            ("ingress: [{fromEndpoints: [{matchLabels: {io.cilium.k8s.policy.cluster: far}}]}]", ["host"]),
            ("ingress: [{fromEndpoints: [{matchLabels: {\"reserved:remote-node\": \"\"}}]}]", ["node", "host"]),
            ("ingress: [{fromEndpoints: [{matchLabels: {$world: \"\"}}]}]", ["world", "host"]),
            // Expressions.
            (
                "ingress: [{fromEndpoints: [{matchExpressions: [{key: tier, operator: DoesNotExist}]}]}]",
                ["web", "host"]
            ),
            (
                "ingress: [{fromEndpoints: [{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}]}]",
                ["db", "host"]
            ),
            (
                "ingress: [{fromEndpoints: [{matchExpressions: [{key: app, operator: In, values: [db, x]}]}]}]",
                ["db", "host"]
            ),
            ("ingress: [{fromEndpoints: [{matchLabels: {\"reserved:app\": db}}]}]", ["host"]),
            // Entities.
            ("ingress: [{fromEntities: [all]}]", ["web", "db", "other", "host", "node", "world"]),
            ("ingress: [{fromEntities: [world]}]", ["world", "host"]),
            ("ingress: [{fromEntities: [cluster]}]", ["web", "db", "other", "host", "node"]),
            ("ingress: [{fromEntities: [remote-node, none]}]", ["node", "host"]),
            ("ingress: [{fromEntities: []}]", ["host"]),
            // CIDR means the world only, and prefixes have identities of their own.
            ("ingress: [{fromCIDR: [0.0.0.0/0]}]", ["host"]),
            // Default deny and deny.
            (
                "ingress: [{fromEntities: [world]}], enableDefaultDeny: {ingress: false}",
                ["web", "db", "other", "host", "node", "world"]
            ),
            (
                "ingressDeny: [{fromEntities: [world]}], enableDefaultDeny: {ingress: false}",
                ["web", "db", "other", "host", "node"]
            ),
            ("ingressDeny: [{fromEntities: [world]}]", ["host"]),
            ("ingressDeny: [{fromEntities: [host]}], ingress: [{fromEndpoints: [{}]}]", ["web", "db"]),
            ("ingressDeny: [{}], ingress: [{fromEndpoints: [{}]}]", ["web", "db", "host"]),
            (
                "ingressDeny: [{toPorts: [{ports: [{port: \"0\", protocol: TCP}]}]}], ingress: [{fromEntities: [all]}, "
                    + "{fromEndpoints: [{}], toPorts: [{ports: [{port: \"80\"}]}]}]", []
            ),
            (
                "ingressDeny: [{fromEndpoints: [{matchLabels: {app: db}}]}], "
                    + "ingress: [{fromEndpoints: [{}], toPorts: [{ports: [{port: \"80\"}]}]}]", ["web", "host"]
            ),
        ] as [(String, Set<String>)])
    func ingress(rules: String, expected: Set<String>) throws {
        #expect(try reaching("endpointSelector: {matchLabels: {app: web}}, " + rules) == expected)
    }

    @Test("A cluster-wide policy means every namespace, and pods only")
    func clusterwide() throws {
        let kind = "CiliumClusterwideNetworkPolicy"
        #expect(
            try reaching("endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]", kind: kind)
                == ["web", "db", "other", "host"])
        #expect(
            try reaching(
                "endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEndpoints: [{matchLabels: {app: web}}]}]",
                kind: kind) == ["web", "other", "host"])
    }

    @Test("A policy selects in its own namespace only, even if it names another")
    func ownNamespace() {
        let set = policies(
            policy(
                "endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: other}}, ingress: [{}]"))
        #expect(TestCluster().compile(set, Cluster.subject(Cluster.other)).ingress == .none)
        #expect(TestCluster().compile(set, Cluster.subject(Cluster.web)).ingress == .enforce)
    }

    private func kernel(_ rules: String, of peer: PolicyPeer = Cluster.web) -> KernelModel {
        let set = policies(policy("endpointSelector: {}, " + rules))
        #expect(set.problems.isEmpty)
        var cluster = Cluster()
        cluster.add(set.prefixes)
        return KernelModel(policy: cluster.compile(set, Cluster.subject(peer)))
    }

    @Test("A port range passes from its first to its last port")
    func portRange() {
        let kernel = kernel("egress: [{toPorts: [{ports: [{port: \"8080\", endPort: 9000, protocol: UDP}]}]}]")
        for (port, passes) in [(8079, false), (8080, true), (8500, true), (9000, true), (9001, false)]
            as [(UInt16, Bool)]
        {
            #expect(kernel.decide(.egress, .world, .udp, port).passes == passes)
            #expect(!kernel.decide(.egress, .world, .tcp, port).passes)
        }
    }

    @Test("Protocol ANY is TCP, UDP and SCTP, not ICMP; port 0 is every port")
    func anyProtocol() {
        let kernel = kernel("egress: [{toPorts: [{ports: [{port: \"0\"}]}]}]")
        for ipProtocol in [IPProtocol.tcp, .udp, .sctp] {
            #expect(kernel.decide(.egress, .world, ipProtocol, 1).passes)
        }
        #expect(!kernel.decide(.egress, .world, .icmp, 8).passes)
    }

    @Test("ICMP types are matched by family, by number or by name")
    func icmp() {
        let kernel = kernel("egress: [{icmps: [{fields: [{type: EchoRequest}, {family: IPv6, type: 128}]}]}]")
        #expect(kernel.decide(.egress, .world, .icmp, 8).passes)
        #expect(kernel.decide(.egress, .world, .icmpv6, 128).passes)
        #expect(!kernel.decide(.egress, .world, .icmp, 0).passes)
        #expect(!kernel.decide(.egress, .world, .icmpv6, 8).passes)
        #expect(!kernel.decide(.egress, .world, .tcp, 8).passes)
    }

    @Test("The prefix of all IPv6 addresses means no IPv4 address")
    func allIPv6() throws {
        let set = policies(policy("endpointSelector: {}, egress: [{toCIDR: [\"::/0\"]}]"))
        var cluster = Cluster()
        cluster.add(set.prefixes)
        let kernel = KernelModel(policy: cluster.compile(set, Cluster.subject(Cluster.web)))
        let identity = { (text: String) in cluster.peers.first { $0.prefix == IPPrefix(text) }?.identity ?? .host }
        #expect(kernel.decide(.egress, identity("::/0"), .tcp, 80).passes)
        #expect(kernel.decide(.egress, identity("0.0.0.0/0"), .tcp, 80) == .deniedByDefault)
        #expect(kernel.decide(.egress, .world, .tcp, 80) == .deniedByDefault)
    }

    @Test("A port's name is the subject's on ingress and the peer's on egress")
    func namedPorts() {
        let rules = "[{toPorts: [{ports: [{port: HTTP, protocol: TCP}]}]}]"
        let ingress = kernel("ingress: \(rules)")
        #expect(ingress.decide(.ingress, Cluster.database.identity, .tcp, 8080).passes)
        #expect(!ingress.decide(.ingress, Cluster.database.identity, .tcp, 80).passes)
        let egress = kernel("egress: \(rules)")
        #expect(egress.decide(.egress, Cluster.database.identity, .tcp, 80).passes)
        #expect(!egress.decide(.egress, Cluster.database.identity, .tcp, 8080).passes)
        #expect(egress.decide(.egress, Cluster.web.identity, .tcp, 8080).passes)
        #expect(!egress.decide(.egress, Cluster.other.identity, .tcp, 80).passes)
    }

    @Test("Modes come from the settings, the endpoint's own first")
    func modes() {
        let set = policies(policy("endpointSelector: {}, ingress: [{}]"))
        let subject = Cluster.subject(Cluster.web)
        #expect(TestCluster().compile(set, subject, EnforcementSettings(mode: .audit)).ingress == .audit)
        let own = EnforcementSettings(mode: .audit, modesByEndpoint: [7: .enforce])
        #expect(TestCluster().compile(set, subject, own).ingress == .enforce)
        let off = TestCluster().compile(set, subject, EnforcementSettings(modesByEndpoint: [7: .none]))
        #expect(off == TestCluster.none)
    }

    @Test("Where two rules say the same the lower number is told; a deny goes before it")
    func sameKey() {
        let set = policies(
            policy("endpointSelector: {}, ingress: [{fromEntities: [world]}]", name: "b")
                + policy("endpointSelector: {}, ingress: [{fromEntities: [world]}]", name: "a"))
        let cluster = Cluster()
        let kernel = KernelModel(policy: cluster.compile(set, Cluster.subject(Cluster.web)))
        guard case .allowed(let rule) = kernel.decide(.ingress, .world, .tcp, 80) else {
            Issue.record("must be allowed")
            return
        }
        #expect(cluster.catalog.rules[rule]?.name == "a")
        let denying = self.kernel("ingress: [{fromEntities: [world]}], ingressDeny: [{fromEntities: [world]}]")
        #expect(denying.policy.entries.filter { $0.identity == .world }.map(\.isDeny) == [true])
    }
}
