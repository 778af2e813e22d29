package import FlowWire

/// Who has the most flows, for a person.
package enum TopTable {
    private static let barWidth = 20

    /// - Parameters:
    ///   - by: what the names are, in upper case the first column's header.
    ///   - sort: `flows`, `bytes` or `drops`, which the bars show.
    package static func text(_ report: TopReport, by: String, sort: String) -> String {
        var table = TextTable(header: [
            by.uppercased(), "FLOWS", "BYTES", "PACKETS", "DROPS", sort.uppercased() + " SHARE",
        ])
        func amount(_ entry: TopReport.Entry) -> UInt64 {
            UInt64(sort == "bytes" ? entry.bytes : sort == "drops" ? entry.drops : entry.flows) ?? 0
        }
        let most = report.entries.map(amount).max() ?? 0
        for entry in report.entries {
            table.append([
                entry.name.isEmpty ? "(none)" : entry.name.withoutControls, entry.flows.withThousands,
                (UInt64(entry.bytes) ?? 0).bytesText, entry.packets.withThousands, entry.drops.withThousands,
                Sparkline.bar(amount(entry), of: most, width: barWidth),
            ])
        }
        return (report.entries.isEmpty ? "No flows.\n" : table.text) + "\n"
            + CoverageText.lines(report.coverage, report.truncated).map { $0 + "\n" }.joined()
    }

    /// As CSV by RFC 4180.
    package static func csv(_ report: TopReport, by: String) -> String {
        let rows =
            [[by, "flows", "bytes", "packets", "drops"]]
            + report.entries.map { [$0.name, $0.flows, $0.bytes, $0.packets, $0.drops] }
        return rows.map { $0.map(\.csvField).joined(separator: ",") + "\r\n" }.joined()
    }
}
