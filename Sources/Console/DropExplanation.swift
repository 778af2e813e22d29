internal import FlowModel
package import FlowWire

/// Why something was dropped, in plain words, and what to do next.
package struct DropExplanation {
    package let why: String
    package let next: String

    package var lines: [String] { ["why:  \(why)".withoutControls, "next: \(next)".withoutControls] }

    /// Of drops that were summed up.
    package init(_ drop: DropsReport.Entry) {
        let side = drop.cause.traffic_direction == "EGRESS" ? drop.source : drop.destination
        self.init(
            drop.cause, endpoint: side?.name, from: drop.source?.name, to: drop.destination?.name,
            port: drop.port?.name, nearest: nil)
    }

    /// - Parameters:
    ///   - endpoint: that the policies are about.
    ///   - port: `5432/TCP`
    ///   - nearest: the rule that would have let it through but for the least.
    init(
        _ cause: DropsReport.Cause, endpoint: String?, from: String?, to: String?, port: String?, nearest: String?
    ) {
        if let kernel = cause.kernel_drop_reason {
            let advice = KernelDropText.advice(kernel)
            why =
                "not a policy: \(advice.meaning)\(cause.kernel_function.map { " (\(kernel) in \($0))" } ?? " (\(kernel))")"
            next = advice.next
            return
        }
        let explain =
            "apus policy explain --from \(from ?? "SOURCE") --to \(to ?? "DESTINATION") --port \(port ?? "PORT/TCP")"
        let way = cause.traffic_direction == "EGRESS" ? "out" : "in"
        if let rule = cause.rule {
            let name = (rule.namespace.isEmpty ? "" : rule.namespace + "/") + rule.name
            why = "rule \(rule.index) of \(rule.kind) \(name) denies it"
            next = "change that rule if it should pass; \(explain)"
        } else if let policies = cause.selected_by {
            let names = policies.map(\.description).joined(separator: ", ")
            let (verb, owner) = policies.count == 1 ? ("selects", "its") : ("select", "their")
            why =
                "\(names) \(verb) \(endpoint ?? "the endpoint"), and none of \(owner) rules lets this \(way)"
                + (nearest.map { "; nearest: \($0)" } ?? "")
            next = "add a rule if it should pass; \(explain)"
        } else if cause.drop_reason == "POLICY_DENIED" {
            why = "a policy selects \(endpoint ?? "the endpoint"), and no rule lets this \(way)"
            next = explain
        } else {
            why = "\(cause.drop_reason ?? "no reason is told"), as the datapath says"
            next = "apus observe --verdict DROPPED shows the packets"
        }
    }
}
