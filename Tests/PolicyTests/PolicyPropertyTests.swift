import FlowCatalog
import FlowModel
import Testing

@testable import Policy

/// Random policies: what the kernel does with the compiled entries is what the rules say.
@Suite struct PolicyPropertyTests {
    @Test("Compiled entries decide as the rules do", arguments: 0..<40)
    func compiledAgreesWithRules(round: UInt64) throws {
        let seed = 0xa905_0000 + round
        var random = PolicyGenerator(seed: seed)
        let text = (0..<random.number(1...4)).map { random.policy(number: $0) }.joined()
        let set = policies(text)
        #expect(set.problems.isEmpty, "seed \(seed): \(text)")
        var cluster = TestCluster()
        cluster.add(set.prefixes)
        let subject = TestCluster.subject(random.element([TestCluster.web, TestCluster.database]))
        let compiled = cluster.compile(set, subject)
        let kernel = KernelModel(policy: compiled)
        let evaluator = PolicyEvaluator(set)
        for _ in 0..<400 {
            let (peer, address) = random.peer(of: cluster)
            let direction = random.element([TrafficDirection.ingress, .egress])
            let ipProtocol = random.element([IPProtocol.tcp, .udp, .icmp])
            let port = UInt16(random.element([0, 8, 79, 80, 81, 127, 128, 443, 8080, 65_535]))
            let actual = kernel.decide(direction, peer.identity, ipProtocol, port)
            let expected = evaluator.decide(
                subject, direction, peer: peer, address: address, ipProtocol: ipProtocol, port: port)
            let agrees = Self.agrees(actual, expected, cluster)
            #expect(
                agrees,
                """
                seed \(seed): \(direction.name) \(peer.labels) \(address) \
                protocol \(ipProtocol.rawValue) port \(port): kernel \(actual), rules \(expected)
                \(text)
                """)
            guard agrees else { return }
        }
    }

    /// The same outcome, by a rule that is among those that say so.
    private static func agrees(
        _ actual: KernelModel.Decision, _ expected: PolicyEvaluator.Decision, _ cluster: TestCluster
    ) -> Bool {
        func isAmong(_ rule: UInt32, _ references: [RuleReference]) -> Bool {
            guard let reference = cluster.catalog.rules[rule] else { return false }
            return references.contains(reference)
        }
        return switch (actual, expected) {
        case (.notEnforced, .notEnforced), (.deniedByDefault, .deniedByDefault): true
        case (.denied(let rule), .denied(let references)): isAmong(rule, references)
        case (.allowed(let rule), .allowed(let references)):
            isAmong(rule, references) || cluster.catalog.rules[rule]?.kind == ""
        default: false
        }
    }
}

/// Writes random policies as a person would, in YAML.
struct PolicyGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func element<Element>(_ choices: [Element]) -> Element { choices[number(0...choices.count - 1)] }

    mutating func policy(number index: Int) -> String {
        let subjects = element([
            "{}", "{matchLabels: {app: web}}", "{matchExpressions: [{key: tier, operator: Exists}]}",
        ])
        let defaultDeny = element(["", "", ", enableDefaultDeny: {ingress: false, egress: false}"])
        let lists = ["ingress", "ingressDeny", "egress", "egressDeny"].map { list in
            let entries = (0..<number(0...2)).map { _ in entry(isEgress: list.hasPrefix("e")) }
            return "\(list): [\(entries.joined(separator: ", "))]"
        }
        let always = "{fromEntities: [remote-node]}"
        let filled = lists.contains { !$0.hasSuffix("[]") } ? lists : ["ingress: [\(always)]"]
        let spec = "endpointSelector: \(subjects)\(defaultDeny), \(filled.joined(separator: ", "))"
        return PolicyTests.policy(spec, name: "p\(index)")
    }

    private mutating func entry(isEgress: Bool) -> String {
        let way = isEgress ? "to" : "from"
        let peers = element([
            "", "\(way)Endpoints: [{}]", "\(way)Endpoints: [{matchLabels: {app: db}}]", "\(way)Endpoints: []",
            "\(way)Endpoints: [{matchLabels: {app: web, io.kubernetes.pod.namespace: other}}]",
            "\(way)Entities: [\(element(["all", "world", "host", "cluster", "none"]))]",
            "\(way)CIDR: [\(element(["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "\"::/0\"", "\"2001:db8::/32\""]))]",
            "\(way)CIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.3.0/24]}]",
        ])
        let traffic = element([
            "", "toPorts: [{ports: [{port: \"80\", protocol: \(element(["TCP", "UDP", "ANY"]))}]}]",
            "toPorts: [{ports: [{port: \"\(element([0, 1, 79]))\", endPort: \(element([80, 128])), protocol: TCP}]}]",
            "toPorts: [{ports: [{port: http}, {port: \"443\"}]}]", "icmps: [{fields: [{type: 8}]}]", "toPorts: [{}]",
        ])
        return "{" + [peers, traffic].filter { !$0.isEmpty }.joined(separator: ", ") + "}"
    }

    /// A peer with an address: a pod, a node, or an address of the world with the identity that the kernel finds.
    mutating func peer(of cluster: TestCluster) -> (PolicyPeer, IPAddress) {
        let outside = [
            "10.0.0.1", "10.1.2.3", "10.2.3.4", "10.2.4.4", "192.0.2.1", "2001:db8::1", "2001:db9::1",
        ].compactMap { IPAddress($0) }
        let address = element(outside)
        guard number(0...1) == 0 else { return (element(Array(cluster.peers.prefix(5))), address) }
        let prefixes = cluster.peers.filter { $0.prefix?.contains(address) ?? false }
        let longest = prefixes.max { ($0.prefix?.bits ?? 0) < ($1.prefix?.bits ?? 0) }
        return (longest ?? TestCluster.world, address)
    }
}

extension PolicyGenerator: RandomNumberGenerator {
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
