import FlowCatalog
import FlowModel
import Manifests

@testable import Policy

func policies(_ text: String, last: PolicySet? = nil) -> PolicySet {
    PolicySet(ManifestSet.parse(text, file: "test.yaml"), last: last)
}

/// A CiliumNetworkPolicy of namespace `default` whose spec is given in YAML's flow style.
func policy(_ spec: String, name: String = "p", kind: String = "CiliumNetworkPolicy") -> String {
    "---\n{apiVersion: cilium.io/v2, kind: \(kind), metadata: {name: \(name)}, spec: {\(spec)}}\n"
}

/// A pod's labels as the directory makes them.
func podLabels(_ labels: String..., namespace: String = "default") -> [String] {
    labels.map { "k8s:" + $0 } + [
        "k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=\(namespace)",
        "k8s:io.cilium.k8s.policy.cluster=default", "k8s:io.kubernetes.pod.namespace=\(namespace)",
    ]
}

/// Endpoints, peers and prefixes of a small cluster, and the kernel's way of deciding with compiled entries.
struct TestCluster {
    static let web = PolicyPeer(
        identity: Identity(rawValue: 1001), labels: podLabels("app=web"),
        namedPorts: [NamedPort(name: "http", ipProtocol: .tcp, number: 8080)])
    static let database = PolicyPeer(
        identity: Identity(rawValue: 1002), labels: podLabels("app=db", "tier=data"),
        namedPorts: [NamedPort(name: "http", ipProtocol: .tcp, number: 80)])
    static let other = PolicyPeer(identity: Identity(rawValue: 1003), labels: podLabels("app=web", namespace: "other"))
    static let host = PolicyPeer(identity: .host, labels: ["reserved:host"])
    static let node = PolicyPeer(identity: .remoteNode, labels: ["reserved:remote-node"])
    static let world = PolicyPeer(identity: .world, labels: ["reserved:world"])

    var peers = [Self.web, Self.database, Self.other, Self.host, Self.node, Self.world]
    let catalog = FlowCatalog()

    /// As the directory does: every prefix gets an identity of its own.
    mutating func add(_ prefixes: [IPPrefix]) {
        for (index, prefix) in prefixes.enumerated() {
            peers.append(
                PolicyPeer(
                    identity: Identity(rawValue: Identity.prefixRange.lowerBound + UInt32(index)),
                    labels: ["cidr:\(prefix)", "reserved:world"], prefix: prefix))
        }
    }

    func compile(
        _ policies: PolicySet, _ subject: PolicySubject, _ settings: EnforcementSettings = EnforcementSettings()
    ) -> CompiledPolicy {
        var compiler = PolicyCompiler(catalog: catalog)
        let compiled = compiler.update(policies, peers: peers, subjects: [subject], settings: settings)
        return compiled.first?.policy ?? Self.none
    }

    /// What an endpoint is held to that no policy is about.
    static let none = CompiledPolicy(number: 0, ingress: .none, egress: .none, entries: [])

    static func subject(_ peer: PolicyPeer) -> PolicySubject {
        PolicySubject(endpoint: 7, labels: peer.labels, namedPorts: peer.namedPorts)
    }
}

/// What the BPF program does with the map: two look-ups, a deny wins, then the longer prefix.
struct KernelModel {
    let policy: CompiledPolicy
    private let entries: [Key: [PolicyMapEntry]]

    private struct Key: Hashable {
        let direction: TrafficDirection
        let identity: Identity
    }

    init(policy: CompiledPolicy) {
        self.policy = policy
        entries = Dictionary(grouping: policy.entries) { Key(direction: $0.direction, identity: $0.identity) }
    }

    enum Decision: Equatable {
        case notEnforced
        case allowed(rule: UInt32)
        case denied(rule: UInt32)
        case deniedByDefault

        var passes: Bool {
            switch self {
            case .notEnforced, .allowed: true
            case .denied, .deniedByDefault: false
            }
        }
    }

    func decide(_ direction: TrafficDirection, _ identity: Identity, _ ipProtocol: IPProtocol, _ port: UInt16)
        -> Decision
    {
        let mode = direction == .egress ? policy.egress : policy.ingress
        guard mode != .none else { return .notEnforced }
        let found = [identity, .unknown].compactMap { longest(direction, $0, ipProtocol, port) }
        if let deny = found.first(where: \.isDeny) { return .denied(rule: deny.rule) }
        guard var best = found.first else { return .deniedByDefault }
        for entry in found where entry.matchBits > best.matchBits { best = entry }
        return .allowed(rule: best.rule)
    }

    private func longest(
        _ direction: TrafficDirection, _ identity: Identity, _ ipProtocol: IPProtocol, _ port: UInt16
    ) -> PolicyMapEntry? {
        (entries[Key(direction: direction, identity: identity)] ?? []).filter { entry in
            guard entry.matchBits >= 8 else { return true }
            let ignoredBits = 24 - entry.matchBits
            return entry.ipProtocol == ipProtocol && Int(entry.port) >> ignoredBits == Int(port) >> ignoredBits
        }.max { $0.matchBits < $1.matchBits }
    }
}

extension RuleReference {
    var withoutRevision: RuleReference {
        var reference = self
        reference.revision = 0
        return reference
    }
}
