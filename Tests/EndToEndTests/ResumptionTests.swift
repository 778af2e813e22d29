import Foundation
import SystemRuntime
import Testing

/// `apus serve` is killed while clients follow, and started again on its store.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct ResumptionTests {
    private let directory: TemporaryDirectory
    private var store: String { directory.path + "/store" }
    private var socket: String { directory.path + "/apus.sock" }
    private var stopFile: String { directory.path + "/stop" }

    init() throws { directory = try TemporaryDirectory() }

    private func serve() throws -> Child {
        let server = try Child(Apus.path, ["serve", "--data-dir", store, "--listen", "unix:" + socket])
        try #require(server.waitForErrors(containing: "listening on") != nil, "apus serve starts: \(server.errors)")
        return server
    }

    private func python(_ script: String, _ arguments: [String]) throws -> Child {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return try Child(try #require(Tool.path("python3")), [folder.appending(path: script).path()] + arguments)
    }

    /// What a client got, in its order.
    private struct Events {
        var sequences: [UInt64] = []
        var cursors: [String] = []
        /// Numbers of the gaps that it was told of, nil where none was said; with the number of flows before each.
        var losses: [(count: String?, after: Int)] = []
        var connections = 0

        init(_ output: String) throws {
            for line in output.split(separator: "\n") {
                // The last line may be on its way.
                guard let event = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any] else { continue }
                if event[0] as? String == "connected" { connections += 1 }
                guard let data = event.last as? [String: Any] else { continue }
                if let lost = data["lost_events"] as? [String: Any] {
                    losses.append((lost["num_events_lost"] as? String, sequences.count))
                }
                guard let cursor = event[0] as? String, data["flow"] != nil else { continue }
                cursors.append(cursor)
                sequences.append(try #require(cursor.split(separator: "-").last.flatMap { UInt64($0) }))
            }
        }
    }

    private func wait(_ condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<600 {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    private func sequences(_ lines: String) throws -> [UInt64] {
        try lines.split(separator: "\n").compactMap { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let flow = object?["flow"] as? [String: Any]
            return ((flow?["apus"] as? [String: Any])?["sequence"] as? String).flatMap { UInt64($0) }
        }
    }

    @Test(
        "A client has each flow once, over SIGKILL and restart, by Last-Event-ID and by cursor; it is told that some may be lost"
    )
    func killed() async throws {
        var server = try serve()
        let traffic = try python("udp_sender.py", ["9", stopFile])
        let client = try python(
            "sse_client.py", [socket, "/v1/flows?follow=true&kernel-drop-reason=NO_SOCKET", stopFile])
        #expect(try await wait { try Events(client.output).sequences.count > 1_000 }, "\(client.errors)")
        server.kill(SIGKILL)
        _ = server.waitForEnd()
        let before = try Events(client.output)

        server = try serve()
        #expect(
            try await wait { try Events(client.output).sequences.count > before.sequences.count + 500 },
            "\(client.errors)")
        let cursor = before.cursors[before.cursors.count / 2]
        let resumed = try Tool.run(
            "curl",
            [
                "-sS", "--max-time", "20", "--unix-socket", socket,
                "http://localhost/v1/flows?kernel-drop-reason=NO_SOCKET&cursor=\(cursor)",
            ])
        try Data().write(to: URL(filePath: stopFile))
        _ = (client.waitForEnd(), traffic.waitForEnd())
        server.kill(SIGTERM)
        #expect(server.waitForEnd() == 0, "\(server.errors)")

        let got = try Events(client.output)
        let observe = try Child(
            Apus.path,
            [
                "observe", "--data-dir", store, "--since", "1h", "--output", "json", "--kernel-drop-reason",
                "NO_SOCKET",
            ])
        #expect(observe.waitForEnd() == 0, "\(observe.errors)")
        let stored = try sequences(observe.output)
        #expect(got.connections >= 2)
        #expect(zip(got.sequences, got.sequences.dropFirst()).allSatisfy(<))
        // What the client has and the store has not is what was not durable at the kill.
        let last = try #require(got.sequences.last)
        let wanted = stored.filter { $0 >= got.sequences[0] && $0 <= last }
        let unstored = Set(got.sequences).subtracting(stored)
        #expect(got.sequences.filter { !unstored.contains($0) } == wanted)
        let storedBefore = stored.last { $0 < 1 << 40 } ?? 0
        #expect(unstored.allSatisfy { $0 > storedBefore && $0 < 1 << 40 })
        #expect(got.sequences.contains { $0 >= 1 << 40 })
        let untold = got.losses.filter { $0.count == nil }
        #expect(untold.count == 1)
        #expect(untold.first.map { got.sequences[$0.after] >= 1 << 40 } == true)

        let middle = try #require(cursor.split(separator: "-").last.flatMap { UInt64($0) })
        let rest = try sequences(resumed.output)
        #expect(rest == stored.filter { $0 > middle && $0 <= rest.last ?? 0 })
        #expect(rest.last ?? 0 >= 1 << 40)
        #expect(resumed.output.contains("\"place\":\"history\""))
    }
}
