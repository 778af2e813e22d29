import ClientTools
import Foundation
import HTTPTransport
import Synchronization
import Testing

@Suite(
    "Abuse of HTTP/2", .enabled(if: Tool.python.isInstalled, "make test-deps installs it"), .timeLimit(.minutes(1)))
struct AbuseTests {
    private static func abuse(_ name: String, _ port: Int) async throws -> String {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "abuse.py").path()
        return try await Tool.python.run(script, "\(port)", name).output.trimmingCharacters(in: .newlines)
    }

    /// Codes of RFC 9113, 7: 1 PROTOCOL_ERROR, 2 INTERNAL_ERROR, 3 FLOW_CONTROL_ERROR, 6 FRAME_SIZE_ERROR,
    /// 9 COMPRESSION_ERROR, 11 ENHANCE_YOUR_CALM.
    @Test(
        "ends with the error that names it, and others are served on",
        arguments: [
            ("rapid_reset", ["goaway 2", "goaway 11"]), ("refused_streams", ["goaway 11"]),
            ("ping_flood", ["goaway 11"]),
            ("settings_flood", ["goaway 11"]), ("large_settings", ["goaway 11"]), ("priority_flood", ["goaway 11"]),
            ("empty_data_flood", ["goaway 11"]), ("window_flood", ["goaway 11"]),
            ("continuation_flood", ["goaway 2", "goaway 11", "goaway 1", "closed"]),
            ("large_headers", ["goaway 2", "goaway 9", "reset 2", "closed"]), ("window_overflow", ["goaway 3"]),
            ("large_frame", ["goaway 6"]), ("truncated_frame", ["closed"]),
        ])
    func floods(name: String, endings: [String]) async throws {
        try await withServer { server, port, _ in
            let ending = try await Self.abuse(name, port)
            #expect(endings.contains(ending), "\(name): \(ending)")
            #expect(try await eventually { server.counts.connectionsOpen == 0 }, "\(name) is still there")
            let hello = try await Tool.curl.run("-sS", "--http2-prior-knowledge", "http://127.0.0.1:\(port)/hello")
            #expect(hello.output == "hello\n")
        }
    }

    @Test(
        "by not taking what was asked for is closed after a time, and counted", arguments: ["zero_window", "unread"])
    func stalled(name: String) async throws {
        var limits = HTTPLimits()
        (limits.idleTime, limits.stallTime) = (.milliseconds(100), .milliseconds(500))
        try await withServer(limits: limits) { server, port, responder in
            let ending = try await Self.abuse(name, port)
            #expect(ending == "closed")
            #expect(server.counts.connectionsStalled == 1)
            #expect(try await eventually { responder.endlessCancelled.load(ordering: .relaxed) == 1 })
        }
    }

    @Test("is none: a client that takes everything, if slowly, is not closed")
    func slow() async throws {
        var limits = HTTPLimits()
        (limits.idleTime, limits.stallTime) = (.milliseconds(50), .seconds(2))
        try await withServer(limits: limits) { server, port, _ in
            let ending = try await Self.abuse("slow", port)
            #expect(ending == "read")
            #expect(server.counts.connectionsStalled == 0)
        }
    }
}
