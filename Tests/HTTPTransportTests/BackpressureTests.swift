import ClientTools
import Foundation
import HTTPTransport
import Synchronization
import Testing

@Suite(
    "The reader sets the pace", .enabled(if: Tool.curl.isInstalled, "curl is not installed"), .timeLimit(.minutes(1)))
struct BackpressureTests {
    @Test(
        "a client that never reads does not slow one that reads, even on the same thread",
        arguments: ["--http1.1", "--http2-prior-knowledge"])
    func stalledReader(version: String) async throws {
        var limits = HTTPLimits()
        limits.eventLoopThreads = 1
        try await withServer(limits: limits) { server, port, responder in
            let base = "http://127.0.0.1:\(port)"
            let stalled = try Tool.curl.start(["-sSN", version, "\(base)/endless"])
            #expect(try await eventually { server.counts.requests == 1 })
            let command = "\(Tool.curl.path) -sSN \(version) \(base)/endless | head -c 100000000 | wc -c"
            let reading = try await Tool.bash.run("-c", command)
            #expect(reading.output.contains("100000000"))
            stalled.kill()
            #expect(try await eventually { responder.endlessCancelled.load(ordering: .relaxed) == 2 })
        }
    }

    @Test("a greedy reader leaves the thread to others", arguments: ["--http1.1", "--http2-prior-knowledge"])
    func greedyReader(version: String) async throws {
        var limits = HTTPLimits()
        limits.eventLoopThreads = 1
        try await withServer(limits: limits) { server, port, _ in
            let base = "http://127.0.0.1:\(port)"
            let greedy = try Tool.curl.start(["-sS", version, "-o", "/dev/null", "\(base)/endless"])
            defer { greedy.kill() }
            #expect(try await eventually { server.counts.requests == 1 })
            let result = try await Tool.curl.run("-sS", "--max-time", "10", version, "\(base)/hello")
            #expect(result.output == "hello\n")
        }
    }

    @Test(
        "a line pushed from another thread reaches the client, and its leaving reaches the body",
        arguments: ["--http1.1", "--http2-prior-knowledge"])
    func liveAndCancelled(version: String) async throws {
        try await withServer { _, port, responder in
            let curl = try Tool.curl.start(["-sSN", "--max-time", "20", version, "http://127.0.0.1:\(port)/live"])
            #expect(try await eventually { responder.live.hasReader })
            for line in ["one", "two", "three"] {
                responder.live.push(line)
                let received = await curl.read()
                #expect(received == line + "\n")
            }
            #expect(responder.live.cancelled == 0)
            curl.kill()
            #expect(try await eventually { responder.live.cancelled == 1 })
        }
    }

    @Test("many wake-ups from many threads lose nothing")
    func manyWakeUps() async throws {
        try await withServer { server, port, responder in
            let curl = try Tool.curl.start([
                "-sSN", "--max-time", "20", "--http2-prior-knowledge", "http://127.0.0.1:\(port)/live",
            ])
            #expect(try await eventually { responder.live.hasReader })
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { for _ in 0..<2000 { responder.live.push("line") } }
                }
            }
            async let stopped: Void = server.shutdown(grace: .seconds(5))
            let received = await curl.wait()
            await stopped
            #expect(received.output.split(separator: "\n").count == 8000)
            #expect(received.status == 0)
        }
    }

    @Test("a client that sends requests without end and reads no answers is not answered without end")
    func requestsWithoutReading() async throws {
        try await withServer { server, port, _ in
            let request = #"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"#
            let script = "exec 3<>/dev/tcp/127.0.0.1/\(port); while true; do printf '\(request)'; done >&3"
            let client = try Tool.bash.start(["-c", script])
            defer { client.kill() }
            #expect(try await eventually { server.counts.requests > 0 })
            try await Task.sleep(for: .milliseconds(300))
            let answered = server.counts.requests
            try await Task.sleep(for: .milliseconds(200))
            #expect(server.counts.requests == answered && answered < 50)
        }
    }
}
