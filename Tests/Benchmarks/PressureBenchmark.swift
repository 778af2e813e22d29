import ClientTools
import Foundation
import SystemRuntime

/// What clients that mean no good cost the flows: `apus serve` at 100,000 events a second, without anyone and beside each
/// crowd, in one process and in turns.
enum PressureBenchmark {
    static func group(apus: String) -> BenchmarkGroup {
        BenchmarkGroup(name: "api.pressure", mostRuns: 1) {
            try await Workload.withDirectory { try await run(apus, $0) }
        }
    }

    private static let eventsPerSecond = 100_000.0
    private static let seconds = 5.0
    private static let address = "127.0.0.1:4245"

    private static func crowds(_ socket: String) -> [(name: String, kind: Crowd.Kind, address: String)] {
        [
            ("half_open", .halfOpen(10_000), address), ("noise", .noise(seed: 1), socket),
            ("mistakes", .mistakes(seed: 1), address), ("followers", .followers(1_000, unread: 100), socket),
        ]
    }

    private static func run(_ apus: String, _ directory: String) async throws -> [Reading] {
        let certificates = try await TestCertificates()
        let issued = try await certificates.issue("server")
        let tokens = try certificates.write("tokens: []\n", to: "tokens.yaml")
        let server = try await ServedPair(
            apus: apus, directory: directory,
            [
                "--aggregation", "none", "--max-connections", "1200", "--listen", address, "--tls-cert",
                issued.certificate, "--tls-key", issued.key, "--tokens", tokens,
            ])
        var readings: [Reading] = []
        for (name, kind, address) in crowds(server.address) {
            let alone = try rate(server)
            let crowd = try Crowd(kind, at: address, inside: server.node)
            let together = try rate(server)
            let bytes = try server.residentBytes()
            let outcome = try crowd.end()
            guard together.lost == 0, alone.lost == 0 else { throw Obstacle("\(name): flows were lost: \(together)") }
            readings += [
                Reading("api.pressure.\(name).ratio", "x", together.flows / alone.flows),
                Reading("api.pressure.\(name).rss", "bytes", bytes),
            ]
            guard outcome["closed"] ?? 0 == 0 || name == "half_open" else { throw Obstacle("\(name): \(outcome)") }
        }
        let account = try server.stop()
        guard account.isBalanced, account.lost == 0 else { throw Obstacle("the account does not balance: \(account)") }
        return readings
    }

    /// Flows that the pipeline made of a flood, a second, and those that it lost.
    private static func rate(_ server: ServedPair) throws -> (flows: Double, lost: Double) {
        let before = try server.counts()
        let clock = WallMeter()
        _ = try server.send(seconds: seconds, rate: eventsPerSecond)
        let after = try server.counts()
        let elapsed = clock.nanoseconds / 1e9
        return ((after.flows - before.flows) / elapsed, after.lost - before.lost)
    }
}
