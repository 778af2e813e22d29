import FlowModel
import Foundation
import SyntheticTraffic

/// `apus serve` with default settings and 10,000 pods, in a network namespace of its own, with nothing to do.
enum ServerBenchmarks {
    static func groups(apus: String) -> [BenchmarkGroup] {
        ["memory.rss", "idle.cpu"].map { name in
            BenchmarkGroup(name: name, mostRuns: 3) {
                try await Workload.withDirectory { try await run(apus, $0) }.filter { $0.name == name }
            }
        }
    }

    private static let pods = 10_000
    private static let settleSeconds = 5
    private static let idleSeconds = 10

    private static func run(_ apus: String, _ directory: String) async throws -> [Reading] {
        let manifests = directory + "/manifests"
        try FileManager.default.createDirectory(atPath: manifests, withIntermediateDirectories: true)
        try SyntheticCluster(pods: pods).manifests().write(
            toFile: manifests + "/cluster.yaml", atomically: true, encoding: .utf8)
        let socket = directory + "/api"
        // unshare becomes apus, so the process is the server itself.
        let server = try Tool.start(
            "/usr/bin/unshare",
            [
                "--net", apus, "serve", "--manifests", manifests, "--data-dir", directory + "/data", "--listen",
                "unix:" + socket, "--no-kernel-drops", "--node-name", SyntheticCluster.nodeName,
            ])
        defer {
            server.process.terminate()
            server.process.waitUntilExit()
        }
        try await waitUntilReady(server.process, socket)
        let process = "/proc/\(server.process.processIdentifier)"
        let ticks = try processorTicks(process)
        try await Task.sleep(for: .seconds(idleSeconds))
        // A tick is a hundredth of a second, so ticks a second are percent.
        let idle = Double(try processorTicks(process) - ticks) / Double(idleSeconds)
        return [
            Reading("memory.rss", "bytes", try residentBytes(process)), Reading("idle.cpu", "percent", idle),
        ]
    }

    private static func waitUntilReady(_ process: Process, _ socket: String) async throws {
        for _ in 0..<600 {
            guard process.isRunning else { throw Obstacle("apus serve ended at once") }
            let status = try Tool.run(
                "/usr/bin/curl",
                ["--silent", "--http2-prior-knowledge", "--unix-socket", socket, "http://apus/v1/status"])
            if status.contains("\"endpoints\":\(pods)") {
                return try await Task.sleep(for: .seconds(settleSeconds))
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Obstacle("apus serve does not know its pods after a minute")
    }

    /// User and system time: fields 14 and 15 of `stat`, counted behind the name in parentheses.
    private static func processorTicks(_ process: String) throws -> Int {
        let text = try String(contentsOfFile: process + "/stat", encoding: .utf8)
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else {
            throw Obstacle("\(process)/stat reads \(text)")
        }
        return user + system
    }

    private static func residentBytes(_ process: String) throws -> Double {
        let text = try String(contentsOfFile: process + "/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        let kibibytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        guard let kibibytes, let number = Double(kibibytes) else { throw Obstacle("\(process)/status has no VmRSS") }
        return number * 1_024
    }
}
