import ArgumentParser
import Console
import FlowWire
import Foundation
import HTTPTransport
import SystemRuntime

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what a server knows: nodes, namespaces, endpoints, identities, policies.",
        discussion: """
            The pods of this node, with addresses and labels:
              apus list endpoints --output wide
            """,
        subcommands: [Nodes.self, Namespaces.self, Endpoints.self, Identities.self, Policies.self])

    enum Format: String, CaseIterable, ExpressibleByArgument { case table, wide, json, csv }

    /// What all lists take.
    struct Options: ParsableArguments {
        @Option(name: [.short, .long], help: "How to print it: table, wide, json, csv.")
        var output = Format.table

        @OptionGroup(title: "The server") var connection: ServerConnection

        func ask<Answer: Decodable & Sendable>(_: Answer.Type, _ path: String) async throws -> (text: String, Answer) {
            let text = try await connection.get(path) { try await $0.text() }
            return (text, try JSONDecoder().decode(Answer.self, from: Data(text.utf8)))
        }

        /// - Parameters:
        ///   - header: of the columns; those behind `narrow` are for wide output.
        func print(_ text: String, _ header: [String], narrow: Int, _ rows: [[String]]) throws {
            let printed: String
            switch output {
            case .json: printed = text
            case .csv: printed = ListText.csv(header, rows)
            case .table: printed = ListText.table(Array(header.prefix(narrow)), rows.map { Array($0.prefix(narrow)) })
            case .wide: printed = ListText.table(header, rows)
            }
            try StandardStream.output.write(Array(printed.utf8))
        }
    }

    struct Nodes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List nodes.")
        @OptionGroup var options: Options

        func run() async throws {
            try await CommandFailure.reporting {
                let (text, report) = try await options.ask(NodesReport.self, "/v1/nodes")
                let address = options.connection.address.description
                let usesTLS = options.connection.usesTLS
                let rows = report.nodes.map { node in
                    let uptime = UInt64(node.uptime_ns) ?? 0
                    let seconds = max(1, Double(uptime) / 1e9)
                    let rate = (Double(node.seen_flows) ?? 0) / seconds
                    return [
                        node.name, node.state == "NODE_CONNECTED" ? "Connected" : node.state, uptime.durationText,
                        String(format: "%.2f", rate),
                        "\(node.num_flows.withThousands)/\(node.max_flows.withThousands)", node.version, address,
                        usesTLS ? "Enabled" : "Disabled",
                    ]
                }
                let header = ["NAME", "STATUS", "AGE", "FLOWS/S", "CURRENT/MAX-FLOWS", "VERSION", "ADDRESS", "TLS"]
                try options.print(text, header, narrow: 5, rows)
            }
        }
    }

    struct Namespaces: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List namespaces.")
        @OptionGroup var options: Options

        func run() async throws {
            try await CommandFailure.reporting {
                struct Answer: Decodable { let namespaces: [NamespaceReport] }
                let (text, report) = try await options.ask(Answer.self, "/v1/namespaces")
                try options.print(
                    text, ["NAMESPACE", "CLUSTER"], narrow: 1, report.namespaces.map { [$0.namespace, $0.cluster] })
            }
        }
    }

    struct Endpoints: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the pods of the server's node.")
        @OptionGroup var options: Options

        func run() async throws {
            try await CommandFailure.reporting {
                struct Answer: Decodable { let endpoints: [EndpointReport] }
                let (text, report) = try await options.ask(Answer.self, "/v1/endpoints")
                let rows = report.endpoints.map { endpoint in
                    [
                        "\(endpoint.id)", "\(endpoint.namespace)/\(endpoint.pod_name)", "\(endpoint.identity)",
                        endpoint.addresses.joined(separator: ","),
                        endpoint.workloads.map { "\($0.kind)/\($0.name)" }.joined(separator: ","),
                        endpoint.labels.joined(separator: ","),
                    ]
                }
                let header = ["ID", "POD", "IDENTITY", "ADDRESSES", "WORKLOADS", "LABELS"]
                try options.print(text, header, narrow: 4, rows)
            }
        }
    }

    struct Identities: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List identities, and what they stand for.")
        @OptionGroup var options: Options

        func run() async throws {
            try await CommandFailure.reporting {
                struct Answer: Decodable { let identities: [IdentityReport] }
                let (text, report) = try await options.ask(Answer.self, "/v1/identities")
                let rows = report.identities.map { identity in
                    [
                        "\(identity.identity)", identity.name ?? identity.prefix ?? "-",
                        identity.labels.joined(separator: ","),
                    ]
                }
                try options.print(text, ["IDENTITY", "NAME", "LABELS"], narrow: 3, rows)
            }
        }
    }

    struct Policies: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List policies in force; `apus policy list` has their rules and hits.")
        @OptionGroup var options: Options

        func run() async throws {
            try await CommandFailure.reporting {
                struct Answer: Decodable { let policies: [PolicyReport] }
                let (text, report) = try await options.ask(Answer.self, "/v1/policies")
                let rows = report.policies.map { policy in
                    [
                        (policy.namespace.map { $0 + "/" } ?? "") + policy.name, policy.kind,
                        "\(policy.endpoints.count)",
                        "\(policy.rules.count)", policy.default_denies, policy.revision,
                        policy.endpoints.joined(separator: ","),
                    ]
                }
                let header = ["POLICY", "KIND", "ENDPOINTS", "RULES", "DEFAULT-DENIES", "REVISION", "SELECTED"]
                try options.print(text, header, narrow: 5, rows)
            }
        }
    }
}
