import Directory
import FlowFilter
import FlowModel
import FlowWire
import Manifests
import Policy

/// What policies do with a connection between two ends that are named.
struct PolicyQuestion: Sendable {
    private let policies: PolicySet
    private let cluster: ClusterPods
    private let clusterName: String
    /// Pods of other namespaces are not told of; nil: of all.
    private let namespaces: Set<String>?

    init(
        _ policies: PolicySet, _ cluster: ClusterPods, clusterName: String = "default", namespaces: Set<String>? = nil
    ) {
        self.policies = policies
        self.cluster = cluster
        self.clusterName = clusterName
        self.namespaces = namespaces
    }

    /// - Parameters:
    ///   - source, destination: `NAMESPACE/POD`, an address, labels such as `app=web,tier=data`, or a reserved identity.
    ///   - port: `9090/TCP`, `8/ICMP`.
    func answer(from source: String, to destination: String, port: String) throws(FilterError) -> ExplanationReport {
        guard let port = PolicyPort(port) else {
            throw FilterError(
                parameter: "port", value: port, problem: "not a port with a protocol",
                accepted: "a number from 0 to 65535, and TCP, UDP, SCTP, ICMP or ICMPv6, as 9090/TCP")
        }
        let (source, destination) = (try side(source, "from"), try side(destination, "to"))
        let evaluator = PolicyEvaluator(policies)
        func explain(
            _ side: PolicySide, _ direction: TrafficDirection, _ other: PolicySide
        ) -> ExplanationReport.Direction? {
            guard let subject = side.subject else { return nil }
            let explanation = evaluator.explain(
                subject, direction, peer: other.peer, address: other.address, ipProtocol: port.ipProtocol,
                port: port.number)
            return ExplanationReport.Direction(explanation, direction, of: side.name)
        }
        return ExplanationReport(
            source: source.name, destination: destination.name, port: port.text,
            egress: explain(source, .egress, destination), ingress: explain(destination, .ingress, source))
    }

    private static let reserved: [(name: String, identity: Identity)] = [
        ("host", .host), ("remote-node", .remoteNode), ("world", .world), ("kube-apiserver", .kubeAPIServer),
        ("health", .health), ("init", .initial), ("ingress", .ingress), ("unmanaged", .unmanaged),
    ]

    private func side(_ text: String, _ parameter: String) throws(FilterError) -> PolicySide {
        let address = IPAddress(text)
        let found = cluster.pods.first { pod in
            "\(pod.namespace)/\(pod.name)" == text || address.map { pod.addresses.contains($0) } ?? false
        }
        if let found, isVisible(found) { return PolicySide(found) }
        if let address, found == nil {
            let isNode = cluster.nodeAddresses.contains(address)
            return PolicySide(
                text, address, isNode ? "remote-node" : "world", isNode ? .remoteNode : .world)
        }
        if let reserved = Self.reserved.first(where: { $0.name == text }) {
            return PolicySide(text, IPAddress(v4: 0), reserved.name, reserved.identity)
        }
        if text.contains("="), found == nil {
            let side = PolicySide(labels: text, clusterName: clusterName)
            if let namespaces, !namespaces.isSuperset(of: side.namespaces) {
                throw FilterError(
                    parameter: parameter, value: text, problem: "labels of a namespace that you may not see",
                    accepted: "\(LabelRequirement.namespaceKey) of \(namespaces.sorted().joined(separator: ", "))")
            }
            return side
        }
        let pods = cluster.pods.filter(isVisible).map { "\($0.namespace)/\($0.name)" }
        let hint = nearestName(to: text, among: pods).map { "; did you mean \($0)?" } ?? ""
        throw FilterError(
            parameter: parameter, value: text, problem: "no such end of a connection\(hint)",
            accepted: "NAMESPACE/POD of the manifests, an address, labels as app=web,tier=data, "
                + Self.reserved.map(\.name).joined(separator: ", "))
    }

    private func isVisible(_ pod: ClusterPods.Pod) -> Bool { namespaces?.contains(pod.namespace) ?? true }
}

/// `9090/TCP`; without a protocol TCP is meant.
struct PolicyPort: Sendable {
    let number: UInt16
    let ipProtocol: IPProtocol
    /// `TCP 9090`
    let text: String

    private static let protocols: [(name: String, ipProtocol: IPProtocol)] = [
        ("TCP", .tcp), ("UDP", .udp), ("SCTP", .sctp), ("ICMP", .icmp), ("ICMPv6", .icmpv6),
    ]

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let number = UInt16(parts[0]) else { return nil }
        let name = parts.count == 2 ? parts[1].uppercased() : "TCP"
        guard let found = Self.protocols.first(where: { $0.name.uppercased() == name }) else { return nil }
        (self.number, ipProtocol, self.text) = (number, found.ipProtocol, "\(found.name) \(number)")
    }
}

/// One end of a connection.
private struct PolicySide {
    let name: String
    let address: IPAddress
    let peer: PolicyPeer
    /// nil: no policy is about it.
    let subject: PolicySubject?

    private init(name: String, address: IPAddress, peer: PolicyPeer, subject: PolicySubject?) {
        (self.name, self.address, self.peer, self.subject) = (name, address, peer, subject)
    }

    init(_ text: String, _ address: IPAddress, _ label: String, _ identity: Identity) {
        self.init(
            name: text == label ? label : "\(text) (\(label))", address: address,
            peer: PolicyPeer(identity: identity, labels: ["reserved:\(label)"]), subject: nil)
    }

    init(_ pod: ClusterPods.Pod) {
        let name = "\(pod.namespace)/\(pod.name)"
        let address = pod.addresses.first ?? IPAddress(v4: 0)
        guard !pod.isOnHostNetwork else {
            self.init(name, address, "remote-node", .remoteNode)
            return
        }
        let ports = pod.namedPorts.map { NamedPort(name: $0.name, ipProtocol: $0.ipProtocol, number: $0.number) }
        self.init(name: name, address: address, labels: pod.labels, ports)
    }

    /// A pod that there need not be: `[SOURCE:]KEY=VALUE,…`. Without a namespace among them it is of `default`.
    init(labels text: String, clusterName: String) {
        var labels = text.split(separator: ",").map { $0.contains(":") ? String($0) : "k8s:\($0)" }
        let namespaceKey = "k8s:\(LabelRequirement.namespaceKey)="
        let namespace = labels.first { $0.hasPrefix(namespaceKey) }?.dropFirst(namespaceKey.count) ?? "default"
        if !labels.contains(where: { $0.hasPrefix(namespaceKey) }) { labels.append(namespaceKey + namespace) }
        labels += [
            "k8s:\(LabelRequirement.clusterKey)=\(clusterName)",
            "k8s:\(LabelRequirement.namespaceLabelPrefix)kubernetes.io/metadata.name=\(namespace)",
        ]
        self.init(name: text, address: IPAddress(v4: 0), labels: labels.sorted(), [])
    }

    /// Whatever source the labels have that name them.
    var namespaces: [String] { LabelSet(peer.labels).values(of: LabelRequirement.namespaceKey, source: nil) }

    private init(name: String, address: IPAddress, labels: [String], _ ports: [NamedPort]) {
        self.init(
            name: name, address: address,
            peer: PolicyPeer(identity: Self.anyPod, labels: labels, namedPorts: ports),
            subject: PolicySubject(endpoint: 1, labels: labels, namedPorts: ports))
    }

    /// Rules go by labels, not by numbers: any that is not reserved will do.
    private static let anyPod = Identity(rawValue: 256)
}

extension ExplanationReport.Direction {
    fileprivate init(_ explanation: PolicyExplanation, _ direction: TrafficDirection, of endpoint: String) {
        let (reason, rules): (String, [RuleReference]) =
            switch explanation.decision {
            case .notEnforced: ("allowed: no policy is about it", [])
            case .allowed(let found) where found.isEmpty:
                ("allowed: the node may, or no policy drops what none allows", [])
            case .allowed(let found): ("allowed", found)
            case .denied(let found): ("denied", found)
            case .deniedByDefault: ("dropped: policies are about it, and none of their rules allows it", [])
            }
        let list = direction == .egress ? "egress" : "ingress"
        self.init(
            endpoint: endpoint, passes: explanation.decision.passes, reason: reason,
            rules: rules.map { rule in
                ExplanationReport.Rule(
                    policy: PolicyName(kind: rule.kind, namespace: rule.namespace, name: rule.name),
                    list: rule.list, index: rule.index)
            }, policies: explanation.selecting.map { $0.identifier },
            nearest: explanation.nearest.map { near in
                ExplanationReport.Nearest(
                    rule: ExplanationReport.Rule(policy: near.policy, list: list, index: near.index),
                    wantedPeer: near.peer, wantedPorts: near.ports)
            })
    }
}
