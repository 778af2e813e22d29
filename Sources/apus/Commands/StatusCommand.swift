import ArgumentParser
import Console
import FlowWire
import Foundation
import HTTPTransport
import SystemRuntime

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how a server is doing: flows, losses, history.")

    @OptionGroup var connection: ServerConnection

    enum Format: String, CaseIterable, ExpressibleByArgument { case compact, dict, table, json }

    @Option(name: [.short, .long], help: "How to print it: compact, dict, table, json.")
    var output = Format.compact

    func run() async throws {
        do {
            let text = try await connection.get("/v1/status") { try await $0.text() }
            let report = try JSONDecoder().decode(StatusReport.self, from: Data(text.utf8))
            let printed =
                switch output {
                case .json: text
                case .compact: compact(report)
                case .dict: columns(report).map { "\($0.name): \($0.value)\n" }.joined()
                case .table: ListText.table(columns(report).map(\.name), [columns(report).map(\.value)])
                }
            try StandardStream.output.write(Array(printed.utf8))
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }

    private func columns(_ report: StatusReport) -> [(name: String, value: String)] {
        let lost = report.apus.lost.values.compactMap { UInt64($0) }.reduce(0, +)
        return [
            ("STATUS", "ok"), ("NODE", report.apus.node_name), ("VERSION", report.version),
            ("UPTIME", (UInt64(report.uptime_ns) ?? 0).durationText), ("CURRENT FLOWS", report.num_flows),
            ("MAX FLOWS", report.max_flows), ("SEEN FLOWS", report.seen_flows),
            ("FLOWS/S", String(format: "%.2f", report.flows_rate)), ("LOST", "\(lost)"),
        ]
    }

    private func compact(_ report: StatusReport) -> String {
        let flows = Double(report.num_flows) ?? 0
        let capacity = Double(report.max_flows) ?? 1
        let lost = report.apus.lost.filter { $0.value != "0" }.sorted { $0.key < $1.key }
        var lines = [
            "Healthcheck (via \(connection.address)): Ok",
            "Current/Max Flows: \(report.num_flows.withThousands)/\(report.max_flows.withThousands)"
                + String(format: " (%.2f%%)", flows / capacity * 100),
            String(format: "Flows/s: %.2f", report.flows_rate),
            "Node: \(report.apus.node_name), \(report.apus.endpoints) endpoints, \(report.apus.policies) policies",
            "Captured: \(report.apus.captured.withThousands)",
            "Lost: "
                + (lost.isEmpty ? "0" : lost.map { "\($0.value.withThousands) (\($0.key))" }.joined(separator: ", ")),
        ]
        if let cilium = report.apus.cilium {
            lines.append(
                "Cilium's records: \(cilium.flows.withThousands) flows, \(cilium.skipped.withThousands) skipped, \(cilium.malformed.withThousands) malformed"
            )
        }
        if report.apus.refused_manifests > 0 {
            lines.append("Refused manifests: \(report.apus.refused_manifests); the server's log says why")
        }
        if let history = report.apus.history {
            lines.append(
                "History: \(history.stored.withThousands) flows stored, \(history.bytes.withThousands) bytes in \(history.directory)"
            )
            if let error = history.last_error { lines.append("History error: \(error)") }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
