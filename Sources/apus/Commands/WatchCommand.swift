import ArgumentParser
import FlowWire
import Foundation
import HTTPTransport
import SystemRuntime

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow changes of what a server knows.", subcommands: [Peers.self])

    struct Peers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print nodes as they come, change and go.",
            discussion:
                "Each line is the change, the node's address and its name. The server is asked every two seconds.")

        @OptionGroup(title: "The server") var connection: ServerConnection

        private static let pause = Duration.seconds(2)

        func run() async throws {
            try await CommandFailure.reporting {
                do {
                    try await StopSignal.cancelling { [connection] in
                        var known: [String: String] = [:]
                        while true {
                            known = try await Self.tellChanges(since: known, connection)
                            try await Task.sleep(for: Self.pause)
                        }
                    }
                } catch is CancellationError {}
            }
        }

        /// - Returns: versions of the nodes that there are now, by name.
        private static func tellChanges(
            since known: [String: String], _ connection: ServerConnection
        ) async throws -> [String: String] {
            let text = try await connection.get("/v1/nodes") { try await $0.text() }
            let report = try JSONDecoder().decode(NodesReport.self, from: Data(text.utf8))
            let nodes = Dictionary(report.nodes.map { ($0.name, $0.version) }) { first, _ in first }
            var changes: [(String, String)] = []
            for name in nodes.keys.sorted() where known[name] != nodes[name] {
                changes.append((known[name] == nil ? "PEER_ADDED" : "PEER_UPDATED", name))
            }
            changes += known.keys.sorted().filter { nodes[$0] == nil }.map { ("PEER_DELETED", $0) }
            for (change, name) in changes {
                let tls = connection.usesTLS ? " (TLS.ServerName: \(connection.serverName))" : ""
                let line =
                    change.padding(toLength: 12, withPad: " ", startingAt: 0) + " \(connection.address) \(name)\(tls)\n"
                try StandardStream.output.write(Array(line.utf8))
            }
            return nodes
        }
    }
}
