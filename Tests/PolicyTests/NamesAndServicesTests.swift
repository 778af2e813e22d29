import FlowModel
import Manifests
import Testing

@testable import Policy

@Suite("Rules that name services, domains and what is above layer 4")
struct NamesAndServicesTests {
    private static let objects = """
        ---
        {apiVersion: v1, kind: Service, metadata: {name: data, namespace: default, labels: {team: a}}, spec: {selector: {app: db}}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: data, namespace: other}, spec: {selector: {app: web}}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: bank, labels: {team: b}}, spec: {}}
        ---
        {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: bank-1, namespace: default, labels: {kubernetes.io/service-name: bank}}, addressType: IPv4, endpoints: [{addresses: [192.0.2.7]}, {addresses: [192.0.2.8]}]}

        """

    private static let names: [IPAddress: [String]] = [
        IPAddress("192.0.2.7")!: ["api.example.com"], IPAddress("192.0.2.8")!: ["a.b.example.com", "cdn.example.org"],
        IPAddress("2001:db8::1")!: ["Example.COM."],
    ]

    /// Which of the addresses, and of the pods `db` and `other/web`, `web` may reach at TCP 443: by the rules themselves and
    /// by what the kernel gets.
    private func reached(_ set: PolicySet, port: UInt16 = 443) -> [String] {
        var cluster = TestCluster()
        cluster.add(set.prefixes)
        let subject = TestCluster.subject(TestCluster.web)
        let kernel = KernelModel(policy: cluster.compile(set, subject))
        let evaluator = PolicyEvaluator(set)
        var targets: [(name: String, peer: PolicyPeer, address: IPAddress)] = [
            ("db", TestCluster.database, IPAddress("10.0.0.2")!), ("other", TestCluster.other, IPAddress("10.0.0.3")!),
        ]
        for address in ["192.0.2.7", "192.0.2.8", "192.0.2.9", "2001:db8::1"].map({ IPAddress($0)! }) {
            let peer = cluster.peers.last { $0.prefix?.contains(.host(address)) ?? false } ?? TestCluster.world
            targets.append((address.description, peer, address))
        }
        return targets.filter { target in
            let rules = evaluator.decide(
                subject, .egress, peer: target.peer, address: target.address, ipProtocol: .tcp, port: port
            ).passes
            let entries = kernel.decide(.egress, target.peer.identity, .tcp, port).passes
            #expect(rules == entries, "\(target.name)")
            return rules
        }.map(\.name)
    }

    private func set(_ spec: String) -> PolicySet {
        PolicySet(ManifestSet.parse(Self.objects + policy(spec), file: "test.yaml"), addressNames: Self.names)
    }

    @Test(
        "toFQDNs means the addresses that are known by such a name, and never pods",
        arguments: [
            ("matchName: api.example.com", ["192.0.2.7"]), ("matchName: API.Example.com.", ["192.0.2.7"]),
            ("matchName: example.com", ["2001:db8::1"]), ("matchPattern: \"*.example.com\"", ["192.0.2.7"]),
            ("matchPattern: \"**.example.com\"", ["192.0.2.7", "192.0.2.8"]),
            ("matchPattern: \"*.*.example.com\"", ["192.0.2.8"]),
            ("matchPattern: \"*cdn*.example.*\"", ["192.0.2.8"]),
            ("matchPattern: \"*\"", ["192.0.2.7", "192.0.2.8", "2001:db8::1"]),
            ("matchPattern: \"ap*.example.com.\"", ["192.0.2.7"]), ("matchName: nowhere.example.com", []),
        ])
    func domains(selector: String, addresses: [String]) {
        let set = set("endpointSelector: {}, egress: [{toFQDNs: [{\(selector)}]}]")
        #expect(set.problems.isEmpty)
        #expect(reached(set) == addresses)
        #expect(set.remarks.map(\.field) == (addresses.isEmpty ? ["spec.egress[0].toFQDNs[0]"] : []))
    }

    @Test(
        "toServices means the pods or addresses behind them; no such service means nobody",
        arguments: [
            ("k8sService: {serviceName: data, namespace: default}", ["db"]),
            ("k8sService: {serviceName: data, namespace: other}", ["other"]),
            ("k8sService: {serviceName: data}", ["db", "other"]),
            ("k8sService: {serviceName: bank}", ["192.0.2.7", "192.0.2.8"]),
            ("k8sServiceSelector: {selector: {matchLabels: {team: a}}}", ["db"]),
            (
                "k8sServiceSelector: {selector: {matchExpressions: [{key: team, operator: Exists}]}}",
                ["db", "192.0.2.7", "192.0.2.8"]
            ),
            ("k8sServiceSelector: {selector: {matchLabels: {team: a}}, namespace: other}", []),
            ("k8sService: {serviceName: nothing}", []),
        ])
    func services(selector: String, peers: [String]) {
        for ports in ["", ", toPorts: [{ports: [{port: \"443\"}]}]"] {
            let set = set("endpointSelector: {}, egress: [{toServices: [{\(selector)}]\(ports)}]")
            #expect(set.problems.isEmpty)
            #expect(reached(set) == peers)
            #expect(reached(set, port: 80) == (ports.isEmpty ? peers : []))
            #expect(set.remarks.count == (peers.isEmpty ? 1 : 0))
        }
    }

    @Test("An empty list of services or domains is as good as none")
    func empty() {
        for list in ["toServices", "toFQDNs"] {
            let set = set("endpointSelector: {}, egress: [{\(list): [], toPorts: [{ports: [{port: \"443\"}]}]}]")
            #expect(set.problems.isEmpty && reached(set).count == 6)
        }
    }

    @Test(
        "Rules above layer 4 are accepted: ports are enforced, and a remark says where that ends",
        arguments: [
            "rules: {http: [{method: GET}]}", "rules: {dns: [{matchPattern: \"*\"}]}", "rules: {kafka: [{topic: a}]}",
            "serverNames: [a.b]", "listener: {name: a}", "rules: {l7proto: x, l7: [{}]}",
        ])
    func aboveLayer4(part: String) {
        let set = set("endpointSelector: {}, egress: [{toPorts: [{ports: [{port: \"443\", protocol: TCP}], \(part)}]}]")
        #expect(set.problems.isEmpty)
        #expect(reached(set).count == 6 && reached(set, port: 80).isEmpty)
        #expect(set.remarks.count == 1)
        #expect(set.remarks.first?.message.contains("needs a proxy") == true)
        #expect(set.remarks.first?.field.hasPrefix("spec.egress[0].toPorts[0].") == true)
    }

    @Test("Rules for nodes are read and checked, and a remark says that they are not enforced")
    func nodes() {
        let kind = "CiliumClusterwideNetworkPolicy"
        let set = policies(
            policy("nodeSelector: {matchLabels: {a: b}}, ingress: [{}]", name: "nodes", kind: kind)
                + policy("nodeSelector: {}, ingress: [{fromEntity: []}]", name: "wrong", kind: kind))
        #expect(set.policies.map(\.name) == ["nodes"] && set.policies[0].specs.isEmpty)
        #expect(
            set.remarks.map(\.description) == [
                "test.yaml:2:112: CiliumClusterwideNetworkPolicy nodes: spec.nodeSelector: rules for nodes are not enforced; "
                    + "those for endpoints are"
            ])
        #expect(set.problems.count == 1 && set.problems[0].message.contains("unknown field \"fromEntity\""))
    }

    @Test(
        "What can never match is accepted, with a remark that says why",
        arguments: [
            (
                "endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: db}}], toPorts: [{ports: [{port: \"80\"}]}]}], "
                    + "ingressDeny: [{toPorts: [{ports: [{port: \"1\", endPort: 100}]}]}]",
                "can never let anything through: ingressDeny[0] denies all of it"
            ),
            (
                "endpointSelector: {}, egress: [{toCIDR: [10.1.0.0/16]}], egressDeny: [{toCIDR: [10.0.0.0/8]}]",
                "egressDeny[0] denies all of it"
            ),
            (
                "endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {a: b}, matchExpressions: "
                    + "[{key: a, operator: NotIn, values: [b]}]}]}]",
                "no labels can meet a=b and a not in (b)"
            ),
            (
                "endpointSelector: {matchExpressions: [{key: a, operator: Exists}, {key: a, operator: DoesNotExist}]}, "
                    + "ingress: [{}]", "is about no endpoint: no labels can meet a and no a"
            ),
            (
                "endpointSelector: {}, egress: [{toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.0.0.0/8]}]}]",
                "nothing is left of it"
            ),
        ])
    func neverMatches(spec: String, message: String) {
        let set = set(spec)
        #expect(set.problems.isEmpty)
        #expect(set.remarks.count == 1 && set.remarks[0].message.contains(message), "\(set.remarks)")
    }

    @Test(
        "What is denied in part only can still match, and there is no remark",
        arguments: [
            "ingress: [{fromEndpoints: [{}]}], ingressDeny: [{fromEndpoints: [{matchLabels: {app: db}}]}]",
            "ingress: [{toPorts: [{ports: [{port: \"80\", endPort: 90}]}]}], ingressDeny: [{toPorts: [{ports: [{port: \"80\"}]}]}]",
            "egress: [{toCIDR: [10.0.0.0/8]}], egressDeny: [{toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}]",
            "ingress: [{fromEntities: [world]}], egressDeny: [{toEntities: [all]}]",
            "ingress: [{fromEntities: [world]}], ingressDeny: [{fromEntities: [all], toPorts: [{ports: [{port: \"1\"}]}]}]",
        ])
    func canMatch(rules: String) { #expect(set("endpointSelector: {}, \(rules)").remarks.isEmpty) }
}
