import FlowModel
import Foundation
import HistorySQL
import SQLiteRuntime
import Testing

@Suite struct ColumnTests {
    private let store: Store

    init() throws { store = try Store.shared("traffic") { try Store(flows: 2_000) } }

    /// Some columns, written down independently of the table.
    private func expected(_ flow: Flow) -> [SQLValue] {
        let hasPorts = [IPProtocol.tcp, .udp].contains(flow.ipProtocol)
        let (source, destination) = (store.endpoint(flow.sourceEndpoint), store.endpoint(flow.destinationEndpoint))
        let rule = store.rule(flow.rule)
        let reason = flow.verdict == .dropped ? flow.dropReason.name : nil
        let kind =
            flow.kind == .drop
            ? "drop" : flow.kind == .kernelDrop ? "kernel-drop" : flow.kind == .trace ? "trace" : "policy-verdict"
        return [
            SQLValue(flow.sequence), SQLValue(flow.timeNanoseconds), SQLValue(flow.verdict.name), SQLValue(kind),
            SQLValue(reason), SQLValue(store.name(flow.kernelReason)),
            SQLValue(flow.direction == .ingress ? "INGRESS" : flow.direction == .egress ? "EGRESS" : nil),
            SQLValue(flow.attributes.contains(.ipv6) ? 6 : 4), SQLValue(flow.ipProtocol == .tcp ? "TCP" : "UDP"),
            SQLValue(flow.packets), SQLValue(flow.bytes), SQLValue("\(flow.source)"), SQLValue("\(flow.destination)"),
            hasPorts ? SQLValue(flow.sourcePort) : .null, hasPorts ? SQLValue(flow.destinationPort) : .null,
            flow.sourceIdentity == 0 ? .null : SQLValue(flow.sourceIdentity), SQLValue(source.namespace),
            SQLValue(source.podName), SQLValue(destination.namespace), SQLValue(destination.podName),
            SQLValue(source.labels.isEmpty ? nil : "[\"" + source.labels.joined(separator: "\",\"") + "\"]"),
            SQLValue(
                destination.dnsNames.isEmpty ? nil : "[\"" + destination.dnsNames.joined(separator: "\",\"") + "\"]"),
            SQLValue(rule?.name), SQLValue(rule?.namespace), SQLValue(rule?.kind),
            SQLValue(store.name(flow.interfaceName)),
            SQLValue(flow.cpu), SQLValue("node-a"),
        ]
    }

    @Test("Columns have what the flow has")
    func values() throws {
        let rows = try store.rows(
            """
            SELECT sequence, time_ns, verdict, type, drop_reason, kernel_drop_reason, direction, ip_version, protocol,
                packets, bytes, source_ip, destination_ip, source_port, destination_port, source_identity,
                source_namespace, source_pod, destination_namespace, destination_pod, source_labels, destination_dns,
                rule_name, rule_namespace, rule_kind, interface, cpu, node
            FROM flows
            """)
        #expect(rows.count == store.flows.count)
        for (row, flow) in zip(rows, store.flows) where row != expected(flow) {
            Issue.record("\(row) is not \(expected(flow))")
            break
        }
    }

    @Test("What a flow does not have is NULL")
    func absent() throws {
        let store = try Store(flows: 10) { flows, _ in
            for index in flows.indices { (flows[index], flows[index].timeNanoseconds) = (Flow(), Store.start) }
        }
        let row = try #require(try store.rows("SELECT * FROM flows LIMIT 1").first)
        let database = try HistoryDatabase(directory: store.directory)
        let known = zip(database.tables[0].columns, row).filter { $0.1 != .null }.map(\.0)
        #expect(
            known == [
                "time", "time_ns", "sequence", "verdict", "type", "packets", "bytes", "is_default_deny", "cpu", "node",
            ])
    }

    @Test("Indices of flows are the other tables' ids")
    func joins() throws {
        let named = try store.rows(
            """
            SELECT count(*), sum(e.pod IS f.source_pod), sum(e.namespace IS f.source_namespace), sum(e.labels IS f.source_labels)
            FROM flows f JOIN endpoints e ON e.id = f.source_endpoint
            """)
        let count = SQLValue(store.flows.count { $0.sourceEndpoint != 0 })
        #expect(named == [[count, count, count, count]])
        let rules = try store.rows(
            "SELECT count(*), sum(r.name = f.rule_name) FROM flows f JOIN rules r ON r.id = f.rule")
        let ruled = SQLValue(store.flows.count { $0.rule != 0 })
        #expect(rules == [[ruled, ruled]])
        #expect(try store.numbers("SELECT sum(flows) FROM partitions") == [2_000])
        #expect(try store.numbers("SELECT count(*) FROM endpoints WHERE id = 0 OR id = 9223372036854775807") == [0])
    }

    @Test("Each table and column is described in schema/sql.md")
    func documentation() throws {
        let text = try Document.text()
        for table in try HistoryDatabase(directory: store.directory).tables {
            #expect(text.contains(table.name == "flows" ? "## flows" : "| `\(table.name)` |"))
            for column in table.columns { #expect(text.contains("`\(column)`"), "\(table.name).\(column)") }
        }
    }
}

/// `schema/sql.md`
enum Document {
    static func text() throws -> String {
        let file = URL(filePath: #filePath).appending(path: "../../../schema/sql.md").standardized
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// The statement below a heading.
    static func query(_ heading: String) throws -> String {
        let parts = try text().components(separatedBy: "### \(heading)\n")
        guard parts.count == 2, let start = parts[1].firstRange(of: "```sql\n"),
            let end = parts[1][start.upperBound...].firstRange(of: "```")
        else { throw CocoaError(.fileReadCorruptFile) }
        return String(parts[1][start.upperBound..<end.lowerBound])
    }
}
