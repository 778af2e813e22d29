import Foundation
import HTTPTransport

/// `apus serve` over a store that is full already, asked by h2load over one connection.
final class ServedHistory {
    private let process: Process
    private let output: Pipe
    private let socket: String

    /// Starts the server and waits until it answers.
    init(apus: String, directory: String) async throws {
        socket = directory + "/api"
        // The store's times are made up: nothing of it is too old.
        (process, output) = try Tool.start(
            apus,
            [
                "serve", "--data-dir", directory, "--listen", "unix:" + socket, "--no-kernel-drops", "--history-age",
                "36500d",
            ])
        for _ in 0..<600 {
            guard process.isRunning else {
                throw Obstacle(
                    "apus serve: \(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self))")
            }
            if try answer("/healthz") == "ok\n" { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Obstacle("apus serve does not answer after a minute")
    }

    deinit { stop() }

    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    /// Milliseconds by the clock from the request to the answer's last byte, the least of three times.
    func time(_ question: HistoryQuestion) throws -> Reading {
        let target = HTTPClientStream.target(
            path: "/v1/flows", queryItems: question.items.map { HTTPQueryItem(name: $0.name, value: $0.value) })
        try question.expect(answer(target).utf8.count { $0 == UInt8(ascii: "\n") })
        return Reading("history.api.\(question.name)", "ms", try leastMilliseconds(target))
    }

    /// Who talks to whom in an hour, as sums of all of its flows.
    func timeGraph() throws -> Reading {
        let items = (HistoryQuestion.hour + [("limit", "1000")]).map { HTTPQueryItem(name: $0.name, value: $0.value) }
        let target = HTTPClientStream.target(path: "/v1/graph", queryItems: items)
        let edges = try answer(target).split(separator: "\"source\"").count - 1
        guard edges > 500 else { throw Obstacle("\(edges) edges") }
        return Reading("history.api.graph_hour", "ms", try leastMilliseconds(target))
    }

    private func leastMilliseconds(_ target: String) throws -> Double {
        let report = try APIBenchmarks.h2load([
            "-n", "3", "-c", "1", "-m", "1", "-w", "24", "-W", "24", "-B", "unix:" + socket, "http://apus" + target,
        ])
        return try Self.leastMilliseconds(report)
    }

    private func answer(_ target: String) throws -> String {
        try Tool.run(
            "/usr/bin/curl",
            ["--silent", "--http2-prior-knowledge", "--unix-socket", socket, "http://apus" + target])
    }

    /// Of h2load's line `time for request:    812us     1.30ms …`, whose first column is the least.
    private static func leastMilliseconds(_ report: String) throws -> Double {
        let line = report.split(separator: "\n").first { $0.hasPrefix("time for request:") }
        guard let text = line?.dropFirst("time for request:".count).split(separator: " ").first,
            let number = Double(text.prefix { $0.isNumber || $0 == "." })
        else { throw Obstacle("h2load: \(report)") }
        switch text.drop(while: { $0.isNumber || $0 == "." }) {
        case "us": return number / 1_000
        case "ms": return number
        case "s": return number * 1_000
        default: throw Obstacle("h2load: \(line ?? "")")
        }
    }
}
