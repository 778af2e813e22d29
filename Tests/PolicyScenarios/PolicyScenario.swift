package import FlowModel
package import Policy

/// Policies, and what becomes of some connections under them.
///
/// A case is a line such as `web < db tcp/80 allow p ingress[0]`: into (`<`) or out of (`>`) the pod, the other end (a
/// party of the cluster, with `/6` for its IPv6 address, or an address), protocol and port (`icmp/8`, `47`), and then
///
///     open              no policy is about the pod and the direction
///     allow RULE        the rule allows it, and perhaps others
///     pass              allowed by no rule: the node may, or nothing is denied by default
///     deny RULE         the rule denies it
///     default           no rule allows it
package struct PolicyScenario: Sendable {
    package let name: String
    package let policies: String
    package let cases: [PolicyCase]

    init(_ name: String, _ policies: [String], _ lines: String) {
        self.name = name
        self.policies = policies.joined()
        cases = lines.split(separator: "\n").map { PolicyCase(String($0)) }
    }
}

package struct PolicyCase: Sendable, CustomStringConvertible {
    package enum Outcome: Hashable, Sendable {
        case open, pass, denyByDefault
        /// `p ingress[0]`
        case allow(String)
        case deny(String)

        package var passes: Bool {
            switch self {
            case .open, .pass, .allow: true
            case .deny, .denyByDefault: false
            }
        }
    }

    package let description: String
    package let subject: String
    package let direction: TrafficDirection
    package let peer: String
    package let isIPv6: Bool
    package let ipProtocol: IPProtocol
    package let port: UInt16
    package let outcome: Outcome

    init(_ line: String) {
        description = line
        let words = line.split(separator: " ").map(String.init)
        subject = words[0]
        direction = words[1] == "<" ? .ingress : .egress
        let (peer, version) = Self.halves(words[2])
        self.peer = peer
        isIPv6 = version == "6" || peer.contains(":")
        let (name, port) = Self.halves(words[3])
        ipProtocol = Self.protocols[name] ?? IPProtocol(rawValue: UInt8(name)!)
        self.port = UInt16(port) ?? 0
        let rule = words.dropFirst(5).joined(separator: " ")
        outcome =
            switch words[4] {
            case "open": .open
            case "pass": .pass
            case "default": .denyByDefault
            case "allow": .allow(rule)
            case "deny": .deny(rule)
            default: preconditionFailure("\(line): the outcome is unknown")
            }
    }

    private static let protocols: [String: IPProtocol] = [
        "tcp": .tcp, "udp": .udp, "sctp": .sctp, "icmp": .icmp, "icmpv6": .icmpv6,
    ]

    private static func halves(_ text: String) -> (String, String) {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        return (parts[0], parts.count == 2 ? parts[1] : "")
    }

    package func sides(in cluster: ScenarioCluster) -> (subject: ScenarioCluster.Party, peer: ScenarioCluster.Party)? {
        guard let subject = cluster.party(subject) else { return nil }
        if let party = cluster.party(peer) { return (subject, party) }
        return IPAddress(peer).map { (subject, cluster.outsider($0)) }
    }

    /// - Parameter sourcePort: differs from packet to packet, so that each begins a connection.
    package func packet(in cluster: ScenarioCluster, sourcePort: UInt16) -> ScenarioPacket? {
        guard let (subject, peer) = sides(in: cluster) else { return nil }
        let (near, far) = (subject.address(isIPv6: isIPv6), peer.address(isIPv6: isIPv6))
        return ScenarioPacket(
            source: direction == .egress ? near : far, destination: direction == .egress ? far : near,
            ipProtocol: ipProtocol, port: port, sourcePort: sourcePort)
    }
}

extension PolicyEvaluator.Decision {
    /// Whether that is what happened. Of several rules that say the same any may be named.
    package func agrees(with outcome: PolicyCase.Outcome) -> Bool {
        switch (self, outcome) {
        case (.notEnforced, .open), (.deniedByDefault, .denyByDefault): true
        case (.allowed(let rules), .pass): rules.isEmpty
        case (.allowed(let rules), .allow(let name)): rules.contains { $0.scenarioName == name }
        case (.denied(let rules), .deny(let name)): rules.contains { $0.scenarioName == name }
        default: false
        }
    }
}

extension RuleReference {
    /// `p ingress[0]`
    package var scenarioName: String {
        "\(name) \(list)[\(index)]"
    }
}
