package import FlowWire

/// What an answer that sums up flows was taken from, and what it lacks.
package enum CoverageText {
    package static func lines(_ coverage: CoverageReport, _ truncated: TruncationReport?) -> [String] {
        [self.coverage(coverage)] + damage(coverage) + truncation(truncated)
    }

    /// A time without the fraction of its second.
    private static func second(_ time: String) -> String { time.prefix(19) + "Z" }

    /// `Asked: since …; held: … to …; lost: 0`
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
