import FlowModel
import Policy

/// What `apus policy explain` says.
struct ExplanationReport: Encodable {
    let source: String
    let destination: String
    let port: String
    /// At the source; nil: no policy can be about it. Likewise `ingress`.
    let egress: DirectionReport?
    let ingress: DirectionReport?

    private var passes: Bool { egress?.passes ?? true && ingress?.passes ?? true }

    private enum CodingKeys: CodingKey { case source, destination, port, verdict, egress, ingress }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(source, forKey: .source)
        try container.encode(destination, forKey: .destination)
        try container.encode(port, forKey: .port)
        try container.encode(verdict, forKey: .verdict)
        try container.encodeIfPresent(egress, forKey: .egress)
        try container.encodeIfPresent(ingress, forKey: .ingress)
    }

    private var verdict: String { passes ? "FORWARDED" : "DROPPED" }

    var text: String {
        let directions = [egress, ingress].compactMap(\.self)
        let lines =
            ["\(source) → \(destination), \(port)"] + directions.flatMap(\.lines)
            + (directions.isEmpty ? ["neither end is a pod: no policy is about it"] : []) + ["verdict: \(verdict)", ""]
        return lines.joined(separator: "\n")
    }
}

/// One direction of it.
struct DirectionReport: Encodable {
    struct Nearest: Encodable {
        let rule: String
        let peer: String?
        let ports: String?
    }

    let direction: String
    let endpoint: String
    let passes: Bool
    let reason: String
    /// Rules that allow or deny it.
    let rules: [String]
    /// Policies that are about the endpoint and the direction.
    let policies: [String]
    let nearest: Nearest?

    init(_ explanation: PolicyExplanation, _ direction: TrafficDirection, of endpoint: String) {
        self.direction = direction == .egress ? "egress" : "ingress"
        self.endpoint = endpoint
        passes = explanation.decision.passes
        policies = explanation.selecting.map { policy in
            "\(policy.identifier.text) (\(policy.file):\(policy.line))"
        }
        nearest = explanation.nearest.map { near in
            let list = direction == .egress ? "egress" : "ingress"
            return Nearest(rule: "\(near.policy.text), \(list)[\(near.index)]", peer: near.peer, ports: near.ports)
        }
        switch explanation.decision {
        case .notEnforced: (reason, rules) = ("allowed: no policy is about it", [])
        case .allowed(let found) where found.isEmpty:
            (reason, rules) = ("allowed: the node may, or no policy drops what none allows", [])
        case .allowed(let found): (reason, rules) = ("allowed", found.map(\.text))
        case .denied(let found): (reason, rules) = ("denied", found.map(\.text))
        case .deniedByDefault:
            (reason, rules) = ("dropped: policies are about it, and none of their rules allows it", [])
        }
    }

    var lines: [String] {
        var lines = ["\(direction) of \(endpoint): \(reason)"] + rules.map { "  by \($0)" }
        guard !passes, rules.isEmpty else { return lines }
        lines += policies.map { "  \($0)" }
        guard let nearest else { return lines + ["  there is no rule that allows anything"] }
        lines.append("  nearest: \(nearest.rule)")
        if let peer = nearest.peer { lines.append("    wants of the other end: \(peer)") }
        if let ports = nearest.ports { lines.append("    takes: \(ports)") }
        return lines
    }
}

extension DefaultDeny.Policy {
    /// `CiliumNetworkPolicy shop/web`
    fileprivate var text: String { "\(kind) \(namespace.isEmpty ? "" : namespace + "/")\(name)" }
}

extension RuleReference {
    /// `CiliumNetworkPolicy shop/web, ingress[0]`
    fileprivate var text: String {
        let list = (direction == .egress ? "egress" : "ingress") + (isDeny ? "Deny" : "")
        return "\(kind) \(namespace.isEmpty ? "" : namespace + "/")\(name), \(list)[\(index)]"
    }
}
