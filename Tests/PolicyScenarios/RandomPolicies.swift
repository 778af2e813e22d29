package import FlowModel

/// Random policies over random pods, and what they mean, worked out in the plainest way: it shares nothing with the code
/// that it checks but the text of the policies.
package struct RandomPolicies: Sendable {
    package struct Pod: Sendable {
        package var name: String
        var namespace: String
        var labels: [String: String]
        var ports: [String: UInt16]
    }

    /// The other end of a connection.
    package enum Peer: Sendable {
        /// Index into `pods`.
        case pod(Int)
        case host, remoteNode
        case outside(IPAddress)
    }

    package enum Outcome: Sendable { case open, allowed, denied, deniedByDefault }

    package let seed: UInt64
    package let pods: [Pod]
    let policies: [RandomPolicy]
    private var random: SeededRandom

    package init(seed: UInt64) {
        self.seed = seed
        var random = SeededRandom(seed: seed)
        pods = (0..<8).map { number in
            var labels: [String: String] = [:]
            for key in ["app", "tier"] where random.number(0...3) > 0 { labels[key] = random.element(["a", "b", "c"]) }
            var ports: [String: UInt16] = [:]
            for name in ["http", "admin"] where random.number(0...1) == 0 {
                ports[name] = random.element([80, 8080, 81])
            }
            return Pod(
                name: "pod-\(number)", namespace: random.element(["red", "blue"]), labels: labels, ports: ports)
        }
        policies = (0..<random.number(1...5)).map { RandomPolicy(number: $0, &random) }
        self.random = random
    }

    package var text: String { policies.map(\.text).joined() }

    package var parties: [ScenarioCluster.Party] {
        pods.enumerated().map { index, pod in
            ScenarioCluster.pod(
                UInt32(index + 1), pod.name, pod.namespace, pod.labels.map { "\($0.key)=\($0.value)" },
                pod.ports.map { NamedPort(name: $0.key, ipProtocol: .tcp, number: $0.value) })
        } + [ScenarioCluster.reserved(.host, 254), ScenarioCluster.reserved(.remoteNode, 253)]
    }

    package struct Question: Sendable {
        package var subject: Int
        package var direction: TrafficDirection
        package var peer: Peer
        package var ipProtocol: IPProtocol
        package var port: UInt16
    }

    package mutating func question() -> Question {
        let peer: Peer =
            switch random.number(0...9) {
            case 0: .host
            case 1: .remoteNode
            case 2...5: .pod(random.number(0...pods.count - 1))
            default: .outside(random.address())
            }
        return Question(
            subject: random.number(0...pods.count - 1), direction: random.element([.ingress, .egress]), peer: peer,
            ipProtocol: random.element([.tcp, .tcp, .udp, .sctp, .icmp]), port: random.port())
    }

    /// What the policies say of it.
    package func outcome(_ question: Question) -> Outcome {
        let subject = pods[question.subject]
        var (isSelected, isDenied, isAllowed, isDefaultDeny) = (false, false, false, false)
        for policy in policies where policy.isAbout(subject) {
            let entries = policy.entries.filter { $0.direction == question.direction }
            if entries.isEmpty { continue }
            isSelected = true
            if policy.isDefaultDeny { isDefaultDeny = true }
            for entry in entries where entry.matches(question, pods, policyNamespace: policy.namespace) {
                if entry.isDeny { isDenied = true } else { isAllowed = true }
            }
        }
        if !isSelected { return .open }
        if isDenied { return .denied }
        if isAllowed || !isDefaultDeny { return .allowed }
        if question.direction == .ingress, case .host = question.peer { return .allowed }
        return .deniedByDefault
    }
}

/// splitmix64
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func element<Element>(_ choices: [Element]) -> Element { choices[number(0...choices.count - 1)] }

    /// From a small part of the world, so that prefixes overlap.
    mutating func address() -> IPAddress {
        if number(0...5) == 0 { return IPAddress(high: 0x2001_0db8_0000_0000, low: UInt64(number(0...15))) }
        return IPAddress(v4: 0xc000_0200 + UInt32(number(0...63)))
    }

    mutating func port() -> UInt16 {
        UInt16(element([0, 8, 79, 80, 81, 127, 128, 443, 8080, 8081, 65_535, number(0...65_535)]))
    }
}
