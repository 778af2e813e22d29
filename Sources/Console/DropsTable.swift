internal import FlowModel
package import FlowWire
internal import Foundation

/// Drops summed up, for a person.
package enum DropsTable {
    /// The table, and below it what the answer was taken from and what it lacks.
    ///
    /// - Parameter showsWhy: below each line what it means, and what to do next.
    package static func text(_ report: DropsReport, showsWhy: Bool = false) -> String {
        let columns = columns(of: report)
        var table = TextTable(header: columns.map(\.header))
        for drop in report.drops {
            table.append(columns.map { $0.cell(drop) })
            if showsWhy { for line in DropExplanation(drop).lines { table.append(line: "   " + line) } }
        }
        return (report.drops.isEmpty ? "No drops.\n" : table.text) + "\n"
            + CoverageText.lines(report.coverage, report.truncated).map { $0 + "\n" }.joined()
    }

    /// As CSV by RFC 4180.
    package static func csv(_ report: DropsReport) -> String {
        let columns = columns(of: report).filter { $0.header != "TREND" }
        let rows =
            [columns.map { $0.header.lowercased().replacing(" ", with: "_") }]
            + report.drops.map { drop in columns.map { $0.cell(drop) } }
        return rows.map { $0.map(\.csvField).joined(separator: ",") + "\r\n" }.joined()
    }

    private struct Column {
        let header: String
        let cell: (DropsReport.Entry) -> String
    }

    /// Those that any entry has something for.
    private static func columns(of report: DropsReport) -> [Column] {
        let drops = report.drops
        var columns = [Column(header: "FLOWS") { $0.sums.flows }, Column(header: "BYTES") { $0.sums.bytes }]
        if let intervals = report.intervals, let seconds = Self.seconds(intervals) {
            columns.append(
                Column(header: "RATE") { String(format: "%.1f/s", (Double($0.sums.flows) ?? 0) / seconds) })
            columns.append(Column(header: "TREND") { Sparkline.text($0.counts ?? []) })
        }
        if drops.contains(where: { reason($0.cause) != nil }) {
            columns.append(Column(header: "REASON") { reason($0.cause) ?? "-" })
        }
        if drops.contains(where: { $0.source != nil }) {
            columns.append(Column(header: "SOURCE") { $0.source?.name.withoutControls ?? "-" })
        }
        if drops.contains(where: { $0.destination != nil }) {
            columns.append(Column(header: "DESTINATION") { $0.destination?.name.withoutControls ?? "-" })
        }
        if drops.contains(where: { $0.port != nil }) {
            columns.append(Column(header: "PORT") { $0.port?.name ?? "-" })
        }
        return columns + [
            Column(header: "RULE") { rule($0.cause) }, Column(header: "FIRST SEEN") { second($0.sums.first_seen) },
            Column(header: "LAST SEEN") { second($0.sums.last_seen) },
        ]
    }

    private static func seconds(_ intervals: DropsReport.Intervals) -> Double? {
        guard let since = try? Date(intervals.since, strategy: .iso8601.fractional),
            let until = try? Date(intervals.until, strategy: .iso8601.fractional)
        else { return nil }
        return max(0.001, until.timeIntervalSince(since))
    }

    /// `POLICY_DENIED EGRESS`, `NO_SOCKET in tcp_v4_rcv`
    private static func reason(_ cause: DropsReport.Cause) -> String? {
        guard let kernel = cause.kernel_drop_reason else {
            let words = [cause.drop_reason, cause.traffic_direction].compactMap(\.self)
            return words.isEmpty ? nil : words.joined(separator: " ")
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
}

extension Date.ISO8601FormatStyle {
    fileprivate var fractional: Date.ISO8601FormatStyle { Date.ISO8601FormatStyle(includingFractionalSeconds: true) }
}
