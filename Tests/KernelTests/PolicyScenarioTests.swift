import BPFRuntime
import DatapathABI
import FlowCatalog
import FlowModel
import Policy
import PolicyScenarios
import SystemRuntime
import Testing

@testable import Datapath

/// The scenarios that the evaluator is tested with, by real packets through the real programs.
@Suite(
    "Policies by their meaning, in the kernel",
    // Loads BPF programs: needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, and a kernel with BTF.
    .enabled(if: missingKernelSupport == nil, "\(missingKernelSupport ?? "")"))
struct PolicyScenarioTests {
    @Test("Packets in test runs of the programs fare as the rules say")
    func testRuns() throws {
        var kernel = try ScenarioKernel()
        for scenario in PolicyScenario.all {
            try kernel.apply(PolicySet(scenario: scenario.policies))
            for aCase in scenario.cases {
                let packet = try kernel.packet(of: aCase)
                let run =
                    aCase.direction == .egress
                    ? try kernel.datapath.fromPod.run(packet: packet, interfaceIndex: Bench.loopback)
                    : try kernel.datapath.toPod.run(packet: packet, interfaceIndex: Bench.loopback)
                let fate = try kernel.fate()
                #expect((run.result == -1) == aCase.outcome.passes, "\(scenario.name): \(aCase)")
                #expect(fate?.outcome == aCase.outcome, "\(scenario.name): \(aCase): \(fate as Any)")
                let agrees = kernel.agreesWithRules(fate, aCase)
                #expect(agrees, "\(scenario.name): \(aCase): \(fate as Any)")
            }
        }
    }

    @Test("Random packets fare as random policies mean")
    func random() throws {
        let first = UInt64.random(in: 0...UInt64.max)
        var kernel = try ScenarioKernel()
        for round in 0..<UInt64(40) {
            var random = RandomPolicies(seed: first &+ round)
            try kernel.apply(PolicySet(scenario: random.text), parties: random.parties)
            for _ in 0..<100 {
                let question = random.question()
                guard let packet = try kernel.packet(of: question) else { continue }
                let run =
                    question.direction == .egress
                    ? try kernel.datapath.fromPod.run(packet: packet, interfaceIndex: Bench.loopback)
                    : try kernel.datapath.toPod.run(packet: packet, interfaceIndex: Bench.loopback)
                let expected = random.outcome(question)
                let passes = expected == .open || expected == .allowed
                #expect((run.result == -1) == passes, "seed \(random.seed): \(question)\n\(random.text)")
            }
        }
    }

    @Test("Packets on a wire between two network namespaces fare as the rules say")
    func wire() throws {
        let node = try NetworkNamespace.unnamed()
        let pod = try NetworkNamespace.unnamed()
        try inside(node, "ip link add node0 type veth peer name pod0 netns \(pod.path) && ip link set node0 up")
        try inside(pod, "ip link set pod0 up")
        let podWire = try pod.run { () throws in try PacketSocket(interface: "pod0") }
        let nodeWire = try node.run { () throws in try PacketSocket(interface: "node0") }
        try node.run { () throws in
            var kernel = try ScenarioKernel(interfaceIndex: nodeWire.interfaceIndex)
            try kernel.datapath.attach(interfaceIndex: nodeWire.interfaceIndex, side: .pod)
            for scenario in PolicyScenario.all {
                try kernel.apply(PolicySet(scenario: scenario.policies))
                for aCase in scenario.cases {
                    let packet = try kernel.packet(of: aCase)
                    try (aCase.direction == .egress ? podWire : nodeWire).send(packet)
                    let fate = try kernel.fate()
                    #expect(fate?.outcome == aCase.outcome, "\(scenario.name): \(aCase): \(fate as Any)")
                    guard aCase.direction == .ingress else { continue }
                    // What was let in arrives at the pod's end, and nothing else does.
                    #expect(podWire.hasReceived(packet) == aCase.outcome.passes, "\(scenario.name): \(aCase)")
                }
            }
            try kernel.datapath.detach(interfaceIndex: nodeWire.interfaceIndex)
        }
    }
}

/// The scenarios' cluster in the kernel's maps.
private struct ScenarioKernel: ~Copyable {
    struct Fate: CustomStringConvertible {
        let outcome: PolicyCase.Outcome
        let rule: RuleReference?
        let description: String
    }

    var datapath: Datapath
    private var reader: RingBufferReader
    private let interfaceIndex: UInt32
    private let catalog = FlowCatalog()
    private var compiler: PolicyCompiler
    private var cluster: ScenarioCluster
    private var evaluator: PolicyEvaluator
    private var sourcePort: UInt16 = 20_000
    private var policies: PolicySet?

    init(interfaceIndex: UInt32 = Bench.loopback) throws {
        var settings = DatapathSettings()
        settings.kernelDrops = false
        var datapath = try Datapath(settings: settings)
        try datapath.setLink(ofInterface: interfaceIndex, isEthernet: true)
        reader = try datapath.makeRingBufferReader()
        self.datapath = datapath
        self.interfaceIndex = interfaceIndex
        compiler = PolicyCompiler(catalog: catalog)
        cluster = ScenarioCluster(PolicySet(scenario: ""))
        evaluator = PolicyEvaluator(PolicySet(scenario: ""))
    }

    /// In the place of those before, as a server does it.
    mutating func apply(_ policies: PolicySet, parties: [ScenarioCluster.Party]? = nil) throws {
        cluster = ScenarioCluster(policies, parties: parties)
        evaluator = PolicyEvaluator(policies)
        try datapath.apply(compiler.update(policies, peers: cluster.peers, subjects: cluster.subjects))
        try datapath.apply(cluster.addresses)
    }

    /// The first packet of a connection of its own; from now on the interface is the subject's.
    mutating func packet(of aCase: PolicyCase) throws -> [UInt8] {
        sourcePort += 1
        let (subject, _) = try #require(aCase.sides(in: cluster))
        try datapath.setEndpoint(
            interfaceIndex: interfaceIndex, id: subject.endpoint, identity: subject.peer.identity)
        return try #require(aCase.packet(in: cluster, sourcePort: sourcePort)).frame
    }

    /// Likewise; nil for a packet of a pod to itself, or between addresses of different families.
    mutating func packet(of question: RandomPolicies.Question) throws -> [UInt8]? {
        sourcePort = sourcePort == 60_000 ? 20_000 : sourcePort + 1
        let (subject, peer) = (cluster.parties[question.subject], cluster.party(of: question.peer))
        guard subject.endpoint != peer.endpoint,
            question.ipProtocol != .icmp || peer.addresses[0].isV4 && question.port < 256
        else { return nil }
        try datapath.setEndpoint(
            interfaceIndex: interfaceIndex, id: subject.endpoint, identity: subject.peer.identity)
        let far = peer.addresses[0]
        let near = subject.address(isIPv6: !far.isV4)
        return ScenarioPacket(
            source: question.direction == .egress ? near : far,
            destination: question.direction == .egress ? far : near, ipProtocol: question.ipProtocol,
            port: question.port, sourcePort: sourcePort
        ).frame
    }

    /// What became of the last packet, as its event says it.
    mutating func fate() throws -> Fate? {
        for _ in 0..<1_000 {
            var found: Fate?
            let (catalog, port) = (catalog, sourcePort)
            _ = unsafe reader.drain { record, bytes in
                guard bytes == MemoryLayout<apus_event>.size else { return }
                let event = unsafe record.loadUnaligned(as: apus_event.self)
                guard event.kind == apus_event.drop || event.kind == apus_event.verdict else { return }
                // A packet without ports is known by its being the only one.
                guard event.source_port == port || event.source_port == 0 else { return }
                found = Self.fate(event, catalog)
            }
            if let found { return found }
        }
        return nil
    }

    private static func fate(_ event: apus_event, _ catalog: FlowCatalog) -> Fate {
        let rule = event.rule == 0 ? nil : catalog.rules[event.rule]
        let outcome: PolicyCase.Outcome =
            if event.reason == APUS_DROP_POLICY_DENY.rawValue, let rule {
                .deny(rule.scenarioName)
            } else if event.reason != 0 {
                .denyByDefault
            } else if let rule {
                rule.kind.isEmpty ? .pass : .allow(rule.scenarioName)
            } else {
                .open
            }
        return Fate(
            outcome: outcome, rule: rule,
            description:
                "\(outcome), reason \(event.reason), match \(event.match_type), policy \(event.namespace_or_policy)")
    }

    /// The rule in the event is one of those that the evaluator names; a default deny says where it comes from.
    func agreesWithRules(_ fate: Fate?, _ aCase: PolicyCase) -> Bool {
        guard let fate, let (subject, peer) = aCase.sides(in: cluster), let endpoint = subject.subject else {
            return false
        }
        let explanation = evaluator.explain(
            endpoint, aCase.direction, peer: peer.peer, address: peer.address(isIPv6: aCase.isIPv6),
            ipProtocol: aCase.ipProtocol, port: aCase.port)
        switch explanation.decision {
        case .notEnforced: return fate.rule == nil
        case .allowed(let rules): return rules.isEmpty || fate.rule.map(rules.contains) ?? false
        case .denied(let rules): return fate.rule.map(rules.contains) ?? false
        case .deniedByDefault:
            guard let cause = fate.rule?.defaultDeny else { return false }
            let nearest = cause.nearest(
                peer: LabelSet(peer.peer.labels), address: peer.address(isIPv6: aCase.isIPv6),
                ipProtocol: aCase.ipProtocol, port: aCase.port,
                namedPorts: aCase.direction == .egress ? peer.peer.namedPorts : [])
            return cause.policies == explanation.selecting.map(\.identifier)
                && nearest?.index == explanation.nearest?.index && nearest?.peer == explanation.nearest?.peer
        }
    }
}
