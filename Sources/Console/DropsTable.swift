internal import FlowModel
package import FlowWire

/// Drops summed up, for a person.
package enum DropsTable {
    /// The table, and below it what the answer was taken from and what it lacks.
    package static func text(_ report: DropsReport) -> String {
        var table = TextTable(
            header: ["FLOWS", "BYTES", "REASON", "SOURCE", "DESTINATION", "RULE", "FIRST SEEN", "LAST SEEN"])
        for drop in report.drops {
            table.append([
                drop.sums.flows, drop.sums.bytes, reason(drop.cause), drop.source.name.withoutControls,
                drop.destination.name.withoutControls, rule(drop.cause), second(drop.sums.first_seen),
                second(drop.sums.last_seen),
            ])
        }
        let lines = [coverage(report.coverage)] + damage(report.coverage) + truncation(report.truncated)
        return (report.drops.isEmpty ? "No drops.\n" : table.text) + "\n" + lines.map { $0 + "\n" }.joined()
    }

    /// `POLICY_DENIED EGRESS`, `NO_SOCKET in tcp_v4_rcv`
    private static func reason(_ cause: DropsReport.Cause) -> String {
        guard let kernel = cause.kernel_drop_reason else {
            return ([cause.drop_reason] + [cause.traffic_direction].compactMap { $0 }).joined(separator: " ")
        }
        return (kernel + (cause.kernel_function.map { " in \($0)" } ?? "")).withoutControls
    }

    /// `shop/allow-web[0]`; `no rule allows it` of the default deny.
    private static func rule(_ cause: DropsReport.Cause) -> String {
        guard let rule = cause.rule else {
            guard let policies = cause.selected_by else {
                return cause.drop_reason == "POLICY_DENIED" ? "no rule allows it" : "-"
            }
            return "no rule of \(policies.map(\.qualifiedName).joined(separator: ", "))".withoutControls
        }
        let namespace = rule.namespace.isEmpty ? "" : rule.namespace + "/"
        return "\(namespace)\(rule.name)[\(rule.index)]".withoutControls
    }

    /// A time without the fraction of its second.
    private static func second(_ time: String) -> String { time.prefix(19) + "Z" }

    /// `asked since …; held … to …; 0 lost`
    private static func coverage(_ coverage: CoverageReport) -> String {
        let since = coverage.asked_since.map { " since \(second($0))" }
        let until = coverage.asked_until.map { " until \(second($0))" }
        let asked = since == nil && until == nil ? " all" : (since ?? "") + (until ?? "")
        let held: String =
            if let first = coverage.held_since, let last = coverage.held_until {
                "\(second(first)) to \(second(last))"
            } else {
                "nothing"
            }
        let places = coverage.lost.sorted { $0.key < $1.key }.map { "\($0.value) at \($0.key)" }
        let lost = places.isEmpty ? "" : " (\(places.joined(separator: ", ")))"
        return "Asked:\(asked); held: \(held); lost: \(coverage.lost_flows)\(lost)".withoutControls
    }

    private static func damage(_ coverage: CoverageReport) -> [String] {
        guard coverage.damaged_blocks > 0 else { return [] }
        return ["Damaged: \(coverage.damaged_blocks) blocks of \(coverage.damaged_flows) flows could not be read"]
    }

    private static func truncation(_ truncated: TruncationReport?) -> [String] {
        guard let truncated else { return [] }
        var lines: [String] = []
        if truncated.entries > 0 {
            lines.append("Not shown: \(truncated.entries) more entries of \(truncated.flows) flows (--limit)")
        }
        if truncated.ungrouped_flows != "0" {
            lines.append("Not told apart: \(truncated.ungrouped_flows) flows, as there were too many groups")
        }
        if let time = truncated.unread_until {
            lines.append("Not all read: the time ran out; flows up to \(second(time)) are not all counted")
        }
        return lines
    }
}
