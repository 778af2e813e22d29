import Foundation
import Lab
import SystemRuntime
import Testing

@Suite("In a terminal", .enabled(if: Apus.obstacle == nil, "\(Apus.obstacle ?? "")"))
struct TerminalTests {
    /// A demo with its API on a unix socket.
    private final class Demo {
        let directory: TemporaryDirectory
        let child: Child
        var socket: String { "unix:" + directory.path + "/apus.sock" }

        init() throws {
            directory = try TemporaryDirectory()
            child = try Child(
                Apus.path,
                ["demo", "--duration", "120s", "--output", "json", "--listen", "unix:" + directory.path + "/apus.sock"])
            try #require(child.waitForErrors(containing: "API on") != nil, "\(child.errors)")
        }

        deinit {
            child.kill(SIGTERM)
            _ = child.waitForEnd()
        }
    }

    @Test(
        "flows are followed in colour, live tables are redrawn as large as the terminal is, and Ctrl-C ends with a summary"
    )
    func screens() throws {
        let demo = try Demo()
        let terminal = try Terminal(columns: 220, rows: 24)
        try terminal.run("alias a='\(Apus.path)'; clear")

        // Flows, in colour, and how it ends.
        try terminal.run("a observe -f --verdict DROPPED --server \(demo.socket)")
        let flows = try terminal.screen { $0.split(separator: "\n").count { $0.contains(" DROPPED (") } >= 5 }
        #expect(flows.contains("<> default/") && flows.contains("Policy denied DROPPED (TCP Flags: SYN)"), "\(flows)")
        let coloured = try terminal.screen(escapes: true)
        #expect(coloured.contains("\u{1b}[31mDROPPED"), "\(coloured.debugDescription)")
        try terminal.press("C-c")
        let summary = try terminal.screen { $0.contains("; 0 lost") }
        #expect(summary.contains(" flows, 20") && summary.contains("; held since 20"), "\(summary)")
        try terminal.run("clear; echo status $?")
        _ = try terminal.screen { $0.contains("status 0") }

        // Drops.
        try terminal.run("clear; a drops --watch --interval 500ms --server \(demo.socket)")
        let drops = try terminal.screen { $0.contains("TREND") && $0.contains("NO_SOCKET") }
        #expect(drops.contains("Drops of the last 5m") && drops.contains("POLICY_DENIED INGRESS"), "\(drops)")
        #expect(drops.contains("/s") && !drops.contains("a drops --watch"), "\(drops)")
        let before = try #require(Self.firstCount(drops))
        let later = try terminal.screen { Self.firstCount($0) ?? 0 > before }
        #expect(Self.firstCount(later) ?? 0 > before, "\(later)")
        try terminal.resize(columns: 60, rows: 10)
        let small = try terminal.screen {
            $0.split(separator: "\n").allSatisfy { $0.count <= 60 } && $0.contains("TREND")
        }
        #expect(small.split(separator: "\n").count <= 10 && small.contains("Drops of"), "\(small)")
        try terminal.press("C-c")
        try terminal.resize(columns: 220, rows: 24)
        let left = try terminal.screen { $0.hasSuffix("$ ") || $0.contains("\n$") }
        #expect(left.contains("Asked: since"), "what was shown last is left behind: \(left)")

        // Top.
        try terminal.run("clear; a top --watch --interval 500ms --server \(demo.socket)")
        let top = try terminal.screen { $0.contains("FLOWS SHARE") && $0.contains("default/backend") }
        #expect(top.contains("Top pods of the last 5m") && top.contains("██"), "\(top)")
        try terminal.press("C-c")
        try terminal.run("clear; echo ended $?")
        #expect(try terminal.screen { $0.contains("ended 0") }.contains("ended 0"))
    }

    /// The first number of the table's first line.
    private static func firstCount(_ screen: String) -> Int? {
        let lines = screen.split(separator: "\n")
        guard let header = lines.firstIndex(where: { $0.hasPrefix("FLOWS") }), header + 1 < lines.count else {
            return nil
        }
        return Int(lines[header + 1].prefix { $0 != " " })
    }

    @Test("A follower waits for its server, and goes on behind the last flow when it is back")
    func reconnects() async throws {
        let lab = try ServedLab()
        let (backend, frontend) = (lab.pod("backend"), lab.pod("frontend"))
        try lab.lab.listen(on: frontend, port: 9_090)
        let follower = try Child(
            Apus.path,
            ["observe", "-f", "--since", "1h", "--output", "json", "--summary", "--server", "unix:" + lab.socket])
        _ = await lab.lab.connect(from: backend, to: frontend.ipv4, port: 9_090)
        for _ in 0..<400 where follower.outputBytes == 0 { try await Task.sleep(for: .milliseconds(50)) }
        let first = follower.output.split(separator: "\n").count
        #expect(first > 0)
        lab.server.kill(SIGTERM)
        _ = lab.server.waitForEnd()
        #expect(follower.waitForErrors(containing: "waiting for it") != nil, "\(follower.errors)")
        let again = try Child(
            try #require(Tool.path("nsenter")),
            [
                "--net=\(lab.lab.nodeNamespace.path)", Apus.path, "serve", "--manifests", lab.manifests, "--data-dir",
                lab.store, "--listen", "unix:" + lab.socket, "--node-name", "lab",
            ])
        #expect(again.waitForErrors(containing: "listening on") != nil)
        #expect(follower.waitForErrors(containing: "connected again") != nil, "\(follower.errors)")
        try await Task.sleep(for: .seconds(1))
        follower.kill(SIGINT)
        #expect(follower.waitForEnd() == 0)
        let uuids = follower.output.split(separator: "\n").compactMap { line in
            line.firstRange(of: "\"uuid\":\"").map { line[$0.upperBound...].prefix(36) }
        }
        #expect(uuids.count >= first && Set(uuids).count == uuids.count, "no flow comes twice")
        #expect(follower.errors.contains("\(uuids.count) flows"), "\(follower.errors)")
        again.kill(SIGTERM)
        #expect(again.waitForEnd() == 0)
    }

    @Test("A server that was never there is no reason to wait, unless that is asked for")
    func neverThere() throws {
        let follower = try Child(Apus.path, ["observe", "-f", "--server", "unix:/nonexistent/apus.sock"])
        #expect(follower.waitForEnd() == 1)
        let patient = try Child(Apus.path, ["observe", "--reconnect", "--server", "unix:/nonexistent/apus.sock"])
        #expect(patient.waitForErrors(containing: "waiting for it") != nil)
        patient.kill(SIGINT)
        #expect(patient.waitForEnd() == 130)
    }

    @Test("Following ends at --until")
    func until() throws {
        let demo = try Demo()
        let end = Date().addingTimeInterval(3)
        let started = Date()
        let follower = try Child(
            Apus.path,
            ["observe", "-f", "--until", end.formatted(.iso8601), "--summary", "--server", demo.socket])
        #expect(follower.waitForEnd() == 0)
        #expect(Date().timeIntervalSince(started) < 15)
        #expect(follower.errors.contains("; 0 lost") && follower.output.contains("default/"), "\(follower.errors)")
    }
}
