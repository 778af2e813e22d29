internal import FlowModel
package import FlowWire

/// What policies do with a connection, for a person.
package enum ExplanationText {
    package static func text(_ report: ExplanationReport) -> String {
        let directions = [("egress", report.egress), ("ingress", report.ingress)]
        let told = directions.flatMap { name, direction in direction.map { Self.lines($0, name) } ?? [] }
        let all =
            ["\(report.source) → \(report.destination), \(report.port)"]
            + (told.isEmpty ? ["neither end is a pod: no policy is about it"] : told) + ["verdict: \(report.verdict)"]
        return all.map { $0.withoutControls + "\n" }.joined()
    }

    private static func lines(_ direction: ExplanationReport.Direction, _ name: String) -> [String] {
        var lines =
            ["\(name) of \(direction.endpoint): \(direction.reason)"] + direction.rules.map { "  by \(text($0))" }
        guard !direction.passes, direction.rules.isEmpty else { return lines }
        lines += direction.policies.map { "  \($0)" }
        guard let nearest = direction.nearest else { return lines + ["  there is no rule that allows anything"] }
        lines.append("  nearest: \(text(nearest.rule))")
        if let peer = nearest.wanted_peer { lines.append("    wants of the other end: \(peer)") }
        if let ports = nearest.wanted_ports { lines.append("    takes: \(ports)") }
        return lines
    }

    /// `CiliumNetworkPolicy shop/web, ingress[0]`
    private static func text(_ rule: ExplanationReport.Rule) -> String {
        "\(rule.policy), \(rule.list)[\(rule.index)]"
    }
}
