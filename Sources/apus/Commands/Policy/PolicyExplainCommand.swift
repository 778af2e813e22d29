import ArgumentParser
import Directory
import FlowFilter
import FlowModel
import Manifests
import Policy
import SystemRuntime

struct PolicyExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what policies do with a connection, by which rule, or what the nearest rule lacks.",
        discussion: """
            Reads pods, namespaces, services and policies from manifests, as `apus serve --manifests` does.

              apus policy explain --manifests DIR --from shop/web-1 --to shop/db-0 --port 5432/TCP
              apus policy explain --manifests DIR --from 192.0.2.7 --to shop/web-1 --port 443/TCP -o json
            """)

    @OptionGroup var format: ReportOptions

    @Option(help: ArgumentHelp("A file or folder of manifests; may be repeated.", valueName: "path"))
    var manifests: [String]

    @Option(
        help: ArgumentHelp("Who connects: NAMESPACE/POD, an address, host, remote-node or world.", valueName: "peer"))
    var from: String

    @Option(help: ArgumentHelp("To whom; likewise.", valueName: "peer"))
    var to: String

    @Option(help: "Destination port and protocol (TCP, UDP, SCTP), as 9090/TCP; or the type of ICMP, as 8/ICMP.")
    var port: PortArgument

    func validate() throws {
        guard !manifests.isEmpty else { throw ValidationError("policy explain: --manifests is required") }
    }

    func run() throws {
        let set = manifests.reduce(ManifestSet()) { $0 + ManifestSet.load($1) }
        let policies = PolicySet(set)
        for problem in set.problems + policies.problems { StandardStream.error.say("refused: \(problem)") }
        let cluster = ClusterPods(set)
        let (source, destination) = (
            try PolicySide(from, "--from", cluster), try PolicySide(to, "--to", cluster)
        )
        let evaluator = PolicyEvaluator(policies)
        func explain(_ side: PolicySide, _ direction: TrafficDirection, _ other: PolicySide) -> DirectionReport? {
            guard let subject = side.subject else { return nil }
            let explanation = evaluator.explain(
                subject, direction, peer: other.peer, address: other.address, ipProtocol: port.ipProtocol,
                port: port.number)
            return DirectionReport(explanation, direction, of: side.name)
        }
        let report = ExplanationReport(
            source: source.name, destination: destination.name, port: port.text,
            egress: explain(source, .egress, destination), ingress: explain(destination, .ingress, source))
        if format.output == .json { return try StandardStream.output.write(json: report) }
        try StandardStream.output.write(Array(report.text.utf8))
    }
}

/// `9090/TCP`; without a protocol TCP is meant.
struct PortArgument: ExpressibleByArgument {
    let number: UInt16
    let ipProtocol: IPProtocol
    let text: String

    private static let protocols: [(name: String, ipProtocol: IPProtocol)] = [
        ("TCP", .tcp), ("UDP", .udp), ("SCTP", .sctp), ("ICMP", .icmp), ("ICMPv6", .icmpv6),
    ]

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let number = UInt16(parts[0]) else { return nil }
        let name = parts.count == 2 ? parts[1].uppercased() : "TCP"
        guard let found = Self.protocols.first(where: { $0.name.uppercased() == name }) else { return nil }
        (self.number, ipProtocol, text) = (number, found.ipProtocol, "\(found.name) \(number)")
    }
}

/// One end of a connection.
private struct PolicySide {
    let name: String
    let address: IPAddress
    let peer: PolicyPeer
    /// nil: no policy is about it.
    let subject: PolicySubject?
}

extension PolicySide {
    private static let reserved: [(name: String, identity: Identity)] = [
        ("host", .host), ("remote-node", .remoteNode), ("world", .world),
    ]

    init(_ text: String, _ option: String, _ cluster: ClusterPods) throws {
        let address = IPAddress(text)
        if let pod = cluster.pods.first(where: { pod in
            "\(pod.namespace)/\(pod.name)" == text || address.map { pod.addresses.contains($0) } ?? false
        }) {
            self.init(pod)
        } else if let address {
            let isNode = cluster.nodeAddresses.contains(address)
            self.init(text, address, isNode ? "remote-node" : "world", isNode ? .remoteNode : .world)
        } else if let found = Self.reserved.first(where: { $0.name == text }) {
            self.init(text, IPAddress(v4: 0), found.name, found.identity)
        } else {
            let pods = cluster.pods.map { "\($0.namespace)/\($0.name)" }
            let hint = nearestName(to: text, among: pods).map { "; did you mean \($0)?" } ?? ""
            throw CommandFailure.usage(
                "\(option) \(text): accepted are NAMESPACE/POD of the manifests, an address, host, remote-node and world\(hint)"
            )
        }
    }

    private init(_ text: String, _ address: IPAddress, _ label: String, _ identity: Identity) {
        self.init(
            name: text == label ? label : "\(text) (\(label))", address: address,
            peer: PolicyPeer(identity: identity, labels: ["reserved:\(label)"]), subject: nil)
    }

    private init(_ pod: ClusterPods.Pod) {
        let name = "\(pod.namespace)/\(pod.name)"
        let address = pod.addresses.first ?? IPAddress(v4: 0)
        guard !pod.isOnHostNetwork else {
            self.init(name, address, "remote-node", .remoteNode)
            return
        }
        let ports = pod.namedPorts.map { NamedPort(name: $0.name, ipProtocol: $0.ipProtocol, number: $0.number) }
        self.init(
            name: name, address: address,
            peer: PolicyPeer(identity: Self.anyPod, labels: pod.labels, namedPorts: ports),
            subject: PolicySubject(endpoint: 1, labels: pod.labels, namedPorts: ports))
    }

    /// Rules go by labels, not by numbers: any that is not reserved will do.
    private static let anyPod = Identity(rawValue: 256)
}
