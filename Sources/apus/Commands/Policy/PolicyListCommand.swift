import ArgumentParser
import Console
import FlowWire
import Foundation
import HTTPTransport
import SystemRuntime

struct PolicyListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Say which policies are in force, about how many pods of the node, and how often each rule decided.",
        discussion: """
            HITS counts the packets that a rule let begin a connection, or denied, since the policy is as it is, as the kernel
            counts them; for the default deny those that no rule of the pods' policies let through.

              apus policy list
              apus policy list --namespace shop -o json
            """)

    @OptionGroup var format: ReportOptions
    @OptionGroup var connection: ServerConnection

    @Option(name: [.short, .long], help: ArgumentHelp("Of this namespace only; may be repeated.", valueName: "name"))
    var namespace: [String] = []

    private struct Document: Decodable {
        let policies: [PolicyReport]
    }

    func run() async throws {
        do {
            let items = [("limit", "100000")] + namespace.map { ("namespace", $0) }
            let target = HTTPClientStream.target(
                path: "/v1/policies", queryItems: items.map { HTTPQueryItem(name: $0.0, value: $0.1) })
            let text = try await connection.get(target) { try await $0.text() }
            guard format.output != .json else { return try StandardStream.output.write(Array(text.utf8)) }
            let document = try JSONDecoder().decode(Document.self, from: Data(text.utf8))
            try StandardStream.output.write(Array(PoliciesTable.text(document.policies).utf8))
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }
}
