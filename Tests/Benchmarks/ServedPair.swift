import Foundation
import SyntheticTraffic
import SystemRuntime

/// `apus serve` with default settings and 10,000 pods on the node of a veth pair; one of the pods is at its other end.
final class ServedPair {
    static let pods = 10_000
    private static let settleSeconds = 5

    /// What the server says when it ends.
    struct Account {
        var captured: Double
        var stored: Double
        var lost: Double
        var isBalanced: Bool { captured == stored + lost }
    }

    private let pair: VethPair
    private let process: Process
    private let output: Pipe
    private let socket: String
    private var files: String { "/proc/\(process.processIdentifier)" }

    /// Starts the server and waits until it knows its pods and has come to rest.
    init(apus: String, directory: String, _ arguments: [String] = []) async throws {
        let cluster = SyntheticCluster(pods: Self.pods)
        let manifests = directory + "/manifests"
        try FileManager.default.createDirectory(atPath: manifests, withIntermediateDirectories: true)
        try cluster.manifests().write(toFile: manifests + "/cluster.yaml", atomically: true, encoding: .utf8)
        pair = try VethPair(podAddress: cluster.ipv4(1))
        socket = directory + "/api"
        // nsenter becomes apus, so the process is the server itself.
        (process, output) = try Tool.start(
            "/usr/bin/nsenter",
            [
                "--net=\(pair.node.path)", apus, "serve", "--manifests", manifests, "--data-dir", directory + "/data",
                "--listen", "unix:" + socket, "--no-kernel-drops", "--node-name", SyntheticCluster.nodeName,
                "--interface", "\(VethPair.interface)=team-1/app-1-7f9c4b6d5-1",
            ] + arguments)
        try await waitUntilReady()
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }

    /// Where its API listens.
    var address: String { "unix:" + socket }

    /// Path of the node's network namespace.
    var node: String { pair.node.path }

    private func status() throws -> String {
        try Tool.run(
            "/usr/bin/curl",
            ["--silent", "--http2-prior-knowledge", "--unix-socket", socket, "http://apus/v1/status"])
    }

    private struct Status: Decodable {
        struct Apus: Decodable { let lost: [String: String] }
        let seen_flows: String
        let apus: Apus
    }

    /// Flows so far, and those lost on their way to the store.
    func counts() throws -> (flows: Double, lost: Double) {
        let text = try status()
        guard let status = try? JSONDecoder().decode(Status.self, from: Data(text.utf8)) else {
            throw Obstacle("/v1/status reads \(text)")
        }
        let lost = status.apus.lost.filter { $0.key != "flow_ring" }.values.compactMap(Double.init).reduce(0, +)
        return (Double(status.seen_flows) ?? 0, lost)
    }

    private func waitUntilReady() async throws {
        for _ in 0..<600 {
            guard process.isRunning else { throw Obstacle("apus serve ended at once") }
            if try status().contains("\"endpoints\":\(Self.pods)") {
                return try await Task.sleep(for: .seconds(Self.settleSeconds))
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Obstacle("apus serve does not know its pods after a minute")
    }

    /// Sends packets to the pod. Returns how many.
    func send(seconds: Double, rate: Double?) throws -> Int {
        let flood = try pair.open()
        return try flood.send(seconds: seconds, rate: rate)
    }

    /// Ends the server, which works off what is under way first.
    func stop() throws -> Account {
        process.terminate()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard let line = text.split(separator: "\n").last(where: { $0.contains("captured ") }) else {
            throw Obstacle("apus serve gives no account: \(text.suffix(300))")
        }
        let numbers = line[line.range(of: "captured ")!.lowerBound...].split(separator: " ").compactMap { Double($0) }
        guard numbers.count == 3 else { throw Obstacle("an account reads \(line)") }
        return Account(captured: numbers[0], stored: numbers[1], lost: numbers[2])
    }

    /// User and system time in hundredths of a second: fields 14 and 15 of `stat`, counted behind the name in parentheses.
    func processorTicks() throws -> Double {
        let text = try String(contentsOfFile: files + "/stat", encoding: .utf8)
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw Obstacle("\(files)/stat reads \(text)")
        }
        return user + system
    }

    func residentBytes() throws -> Double {
        let text = try String(contentsOfFile: files + "/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        let kibibytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        guard let kibibytes, let number = Double(kibibytes) else { throw Obstacle("\(files)/status has no VmRSS") }
        return number * 1_024
    }
}
