import SyntheticTraffic

/// The server as a whole, with 10,000 pods: with nothing to do, and with an event for each packet of a flood.
enum ServerBenchmarks {
    /// - Parameter sustainedSeconds: how long each rate of `capture.sustained` lasts.
    static func groups(apus: String, sustainedSeconds: Double) -> [BenchmarkGroup] {
        [
            BenchmarkGroup(name: "memory.rss", mostRuns: 3) {
                try await Workload.withDirectory { try await memory(apus, $0) }
            },
            BenchmarkGroup(name: "idle.cpu", mostRuns: 3) {
                try await Workload.withDirectory { try await idle(apus, $0) }
            },
            PressureBenchmark.group(apus: apus),
            BenchmarkGroup(name: "capture.sustained", mostRuns: 1) {
                try await sustained(apus, seconds: sustainedSeconds)
            },
        ]
    }

    private static let eachPacket = ["--aggregation", "none"]

    /// At rest, and after all three rings have been round once.
    private static func memory(_ apus: String, _ directory: String) async throws -> [Reading] {
        let server = try await ServedPair(apus: apus, directory: directory, eachPacket)
        let idle = try server.residentBytes()
        _ = try server.send(seconds: 4, rate: 100_000)
        try await Task.sleep(for: .seconds(2))
        let full = try server.residentBytes()
        let account = try server.stop()
        guard account.captured > 262_144 else { throw Obstacle("only \(account.captured) events") }
        return [Reading("memory.rss", "bytes", full), Reading("memory.rss.idle", "bytes", idle)]
    }

    private static let idleSeconds = 10

    private static func idle(_ apus: String, _ directory: String) async throws -> [Reading] {
        let server = try await ServedPair(apus: apus, directory: directory)
        let ticks = try server.processorTicks()
        try await Task.sleep(for: .seconds(idleSeconds))
        // A tick is a hundredth of a second, so ticks a second are percent.
        return [Reading("idle.cpu", "percent", (try server.processorTicks() - ticks) / Double(idleSeconds))]
    }

    /// As many packets as one processor can send, and then half as many: everything must be accounted for at either, and
    /// nothing lost at the second.
    private static func sustained(_ apus: String, seconds: Double) async throws -> [Reading] {
        let (most, overload) = try await flood(apus, seconds: seconds, rate: nil, "full")
        let (_, half) = try await flood(apus, seconds: seconds, rate: most / 2, "half")
        return overload + half
    }

    private static func flood(
        _ apus: String, seconds: Double, rate: Double?, _ name: String
    ) async throws -> (rate: Double, [Reading]) {
        try await Workload.withDirectory { directory in
            let server = try await ServedPair(apus: apus, directory: directory, eachPacket)
            let ticks = try server.processorTicks()
            let clock = WallMeter()
            let sent = try server.send(seconds: seconds, rate: rate)
            let elapsed = clock.nanoseconds / 1e9
            let load = (try server.processorTicks() - ticks) / elapsed
            let account = try server.stop()
            guard account.isBalanced else { throw Obstacle("the account does not balance: \(account)") }
            // Each packet is an event; the connection's first is a verdict, too.
            guard account.captured >= Double(sent) else { throw Obstacle("\(sent) packets, \(account)") }
            let prefix = "capture.sustained.\(name)"
            return (
                Double(sent) / elapsed,
                [
                    Reading(prefix + ".rate", "events/s", account.captured / elapsed),
                    Reading(prefix + ".lost", "events", account.lost), Reading(prefix + ".cpu", "percent", load),
                    Reading(prefix, "ns/flow", load * 1e7 * elapsed / account.captured),
                ]
            )
        }
    }
}
