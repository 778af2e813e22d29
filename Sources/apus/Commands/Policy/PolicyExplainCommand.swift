import ArgumentParser
import Console
import Directory
import FlowAPI
import FlowFilter
import FlowWire
import Foundation
import HTTPTransport
import Manifests
import Policy
import SystemRuntime

struct PolicyExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what policies do with a connection, by which rule, or what the nearest rule lacks.",
        discussion: """
            Asks a server what is in force there; with --manifests reads pods, namespaces, services and policies from files
            instead, as `apus serve --manifests` does.

              apus policy explain --from shop/web-1 --to shop/db-0 --port 5432/TCP
              apus policy explain --manifests DIR --from app=web --to 192.0.2.7 --port 443/TCP -o json
            """)

    @OptionGroup var format: ReportOptions
    @OptionGroup var connection: ServerConnection

    @Option(help: ArgumentHelp("A file or folder of manifests; may be repeated.", valueName: "path"))
    var manifests: [String] = []

    @Option(
        help: ArgumentHelp(
            "Who connects: NAMESPACE/POD, an address, labels (app=web,tier=data), host, remote-node, world…",
            valueName: "peer"))
    var from: String

    @Option(help: ArgumentHelp("To whom; likewise.", valueName: "peer"))
    var to: String

    @Option(help: "Destination port and protocol (TCP, UDP, SCTP), as 9090/TCP; or the type of ICMP, as 8/ICMP.")
    var port: String

    func run() async throws {
        do {
            let report = try manifests.isEmpty ? await served() : offline()
            let text = format.output == .json ? ReportJSON.text(report) : ExplanationText.text(report)
            try StandardStream.output.write(Array(text.utf8))
        } catch let error as FilterError {
            throw CommandFailure.usage(error.commandLineText)
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }

    private func offline() throws -> ExplanationReport {
        let set = manifests.reduce(ManifestSet()) { $0 + ManifestSet.load($1) }
        let policies = PolicySet(set)
        for problem in set.problems + policies.problems { StandardStream.error.say("refused: \(problem)") }
        return try PolicyQuestion(policies, ClusterPods(set)).answer(from: from, to: to, port: port)
    }

    private func served() async throws -> ExplanationReport {
        let target = HTTPClientStream.target(
            path: "/v1/policies/explain",
            queryItems: [("from", from), ("to", to), ("port", port)].map { HTTPQueryItem(name: $0.0, value: $0.1) })
        let text = try await connection.get(target) { try await $0.text() }
        return try JSONDecoder().decode(ExplanationReport.self, from: Data(text.utf8))
    }
}
