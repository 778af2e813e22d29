package import FlowWire

/// Who talks to whom: as a table, and in the languages of Graphviz and Mermaid.
package enum GraphText {
    package static func table(_ report: GraphReport) -> String {
        var table = TextTable(header: ["SOURCE", "DESTINATION", "PORT", "VERDICT", "FLOWS", "BYTES"])
        for edge in report.edges {
            table.append([
                edge.source.name.withoutControls, edge.destination.name.withoutControls, port(edge), edge.verdict,
                edge.sums.flows.withThousands, (UInt64(edge.sums.bytes) ?? 0).bytesText,
            ])
        }
        return (report.edges.isEmpty ? "No flows.\n" : table.text) + "\n"
            + CoverageText.lines(report.coverage, report.truncated).map { $0 + "\n" }.joined()
    }

    /// For `dot -Tsvg`.
    package static func dot(_ report: GraphReport) -> String {
        let nodes = nodes(report)
        var lines = ["digraph flows {", "  rankdir=LR;", "  node [shape=box, style=rounded, fontname=\"sans-serif\"];"]
        lines += nodes.enumerated().map { "  n\($0.offset) [label=\"\(quoted($0.element))\"];" }
        lines += report.edges.map { edge in
            let colour = edge.verdict == "DROPPED" ? "red" : "darkgreen"
            let ends = (nodes.firstIndex(of: edge.source.name) ?? 0, nodes.firstIndex(of: edge.destination.name) ?? 0)
            return "  n\(ends.0) -> n\(ends.1) [label=\"\(port(edge)) \(edge.sums.flows)\", color=\(colour)];"
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    /// For Markdown pages.
    package static func mermaid(_ report: GraphReport) -> String {
        let nodes = nodes(report)
        var lines = ["flowchart LR"]
        lines += nodes.enumerated().map { "  n\($0.offset)[\"\(quoted($0.element))\"]" }
        lines += report.edges.map { edge in
            let ends = (nodes.firstIndex(of: edge.source.name) ?? 0, nodes.firstIndex(of: edge.destination.name) ?? 0)
            let arrow =
                edge.verdict == "DROPPED"
                ? "-. \"dropped \(port(edge)) \(edge.sums.flows)\" .->" : "-- \"\(port(edge)) \(edge.sums.flows)\" -->"
            return "  n\(ends.0) \(arrow) n\(ends.1)"
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func nodes(_ report: GraphReport) -> [String] {
        var nodes: [String] = []
        for name in report.edges.flatMap({ [$0.source.name, $0.destination.name] }) where !nodes.contains(name) {
            nodes.append(name)
        }
        return nodes
    }

    private static func port(_ edge: GraphReport.Edge) -> String {
        PortReport(ipProtocol: edge.protocol, port: edge.destination_port).name
    }

    /// Without what would end a label.
    private static func quoted(_ text: String) -> String {
        text.withoutControls.replacing("\\", with: "/").replacing("\"", with: "'")
    }
}
