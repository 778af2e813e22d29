import ClientTools
import Foundation
import HTTPTransport
import Testing

@Suite(
    "Malformed requests get a precise answer", .enabled(if: Tool.bash.isInstalled, "bash is not installed"),
    .timeLimit(.minutes(1)))
struct MalformedRequestTests {
    private static let get = "GET /hello HTTP/1.1\\r\\nHost: a\\r\\n"

    @Test(
        "what is wrong is said as problem+json",
        arguments: [
            (#"printf 'GET /%%zz HTTP/1.1\r\nHost: a\r\n\r\n'"#, "400", "hexadecimal"),
            (#"printf 'GET /%%ff HTTP/1.1\r\nHost: a\r\n\r\n'"#, "400", "UTF-8"),
            (#"printf 'GET hello HTTP/1.1\r\nHost: a\r\n\r\n'"#, "400", "problem+json"),
            (#"printf 'GET /hello HTTP/1.1\r\n\r\n'"#, "400", "host header"),
            (#"printf 'TRACE /hello HTTP/1.1\r\nHost: a\r\n\r\n'"#, "405", "allow: GET, HEAD, POST, OPTIONS"),
            (#"printf 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n'"#, "413", "1048576 bytes"),
            (#"printf 'GET /hello HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n'"#, "400", "problem+json"),
            (#"printf 'no http at all\r\n\r\n'"#, "400", "problem+json"),
        ])
    func refused(script: String, status: String, text: String) async throws {
        try await withServer { server, port, _ in
            let answer = try await exchange(port, sending: script)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("content-type: application/problem+json") && answer.contains(text))
            #expect(server.counts.malformedRequests == 1)
        }
    }

    @Test("a chunked body is refused where it exceeds the limit, and the client gets to read why")
    func chunkedTooLarge() async throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 1000
        try await withServer(limits: limits) { _, port, _ in
            let script = """
                printf 'POST /echo HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n';
                for i in $(seq 200); do printf '3e8\\r\\n%01000d\\r\\n' 0; done
                """
            let answer = try await exchange(port, sending: script)
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test(
        "oversize headers are refused", .enabled(if: Tool.curl.isInstalled, "curl is not installed"),
        arguments: ["--http1.1", "--http2-prior-knowledge"])
    func headersTooLarge(version: String) async throws {
        try await withServer { server, port, _ in
            let header = "x-large: " + String(repeating: "x", count: 40_000)
            let url = "http://127.0.0.1:\(port)/hello"
            let result = try await Tool.curl.run("-sS", version, "-w", "%{http_code}", "-H", header, url)
            #expect(result.output.contains("32768 bytes") && result.output.hasSuffix("431"))
            let next = try await Tool.curl.run("-sS", version, url)
            #expect(next.output == "hello\n")
        }
    }

    @Test("an oversize body is refused", .enabled(if: Tool.curl.isInstalled, "curl is not installed"))
    func bodyTooLarge() async throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 100
        try await withServer(limits: limits) { _, port, _ in
            let body = String(repeating: "x", count: 101)
            let url = "http://127.0.0.1:\(port)/echo"
            let result = try await Tool.curl.run("-sS", "--http1.1", "-w", "%{http_code}", "-d", body, url)
            #expect(result.output.contains("100 bytes") && result.output.hasSuffix("413"))
        }
    }

    @Test(
        "an oversize body is refused over HTTP/2 too, before it is sent",
        .enabled(if: Tool.nghttp.isInstalled, "nghttp is not installed"))
    func bodyTooLargeOverHTTP2() async throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 100
        try await withServer(limits: limits) { _, port, _ in
            let result = try await Tool.nghttp.run("-d", Tool.nghttp.path, "http://127.0.0.1:\(port)/echo")
            #expect(result.output.contains("100 bytes"))
        }
    }

    @Test("random bytes harm nobody else")
    func randomBytes() async throws {
        try await withServer { server, port, _ in
            let preface = #"printf 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'"#
            let broken = #"printf 'PRI * HTTP/1.1\r\n\r\n'"#
            for script in [
                "head -c 100000 /dev/urandom", broken, "\(preface); head -c 100000 /dev/urandom", preface, "true",
            ] {
                _ = try await Tool.bash.run("-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); (\(script)) >&3 2>&3")
            }
            let answer = try await exchange(port, sending: "printf '\(Self.get)Connection: close\\r\\n\\r\\n'")
            #expect(answer.hasSuffix("hello\n"))
            #expect(server.counts.malformedRequests == 3)
            #expect(try await eventually { server.counts.connectionsOpen == 0 })
        }
    }

    @Test("pipelined requests are answered in their order, however many")
    func pipelined() async throws {
        try await withServer { _, port, _ in
            let script = """
                for i in $(seq 2000); do printf '\(Self.get)\\r\\n'; done;
                printf 'GET /count HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\(Self.get)Connection: close\\r\\n\\r\\n'
                """
            let answer = try await exchange(port, sending: script)
            #expect(answer.components(separatedBy: "hello\n").count == 2002)
            #expect(answer.contains("\n100000\n") && answer.hasSuffix("hello\n"))
        }
    }
}

@Suite(
    "Limits hold", .enabled(if: Tool.bash.isInstalled && Tool.curl.isInstalled, "bash or curl is not installed"),
    .timeLimit(.minutes(1)))
struct LimitTests {
    @Test("a connection on which nothing is under way is closed, one that streams is not")
    func idle() async throws {
        var limits = HTTPLimits()
        limits.idleTime = .milliseconds(100)
        try await withServer(limits: limits) { server, port, responder in
            let live = try Tool.curl.start(["-sSN", "http://127.0.0.1:\(port)/live"])
            defer { live.kill() }
            let dribble = "for i in $(seq 100); do printf 'GET / HTTP/1.1' || exit; sleep 0.1; done"
            for script in ["true", dribble, #"printf 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'"#] {
                let start = ContinuousClock.now
                _ = try await Tool.bash.run(
                    "-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); (\(script)) >&3 2>&3 & timeout -s KILL 6 cat <&3")
                #expect(ContinuousClock.now - start < .seconds(5))
            }
            #expect(server.counts.connectionsOpen == 1 && responder.live.cancelled == 0)
        }
    }

    @Test("connections beyond the limit are told so")
    func connections() async throws {
        var limits = HTTPLimits()
        limits.connections = 1
        try await withServer(limits: limits) { server, port, responder in
            let live = try Tool.curl.start(["-sSN", "http://127.0.0.1:\(port)/live"])
            #expect(try await eventually { responder.live.hasReader })
            let refused = try await exchange(port, sending: "true")
            #expect(refused.hasPrefix("HTTP/1.1 503 ") && server.counts.connectionsRefused == 1)
            live.kill()
            #expect(try await eventually { server.counts.connectionsOpen == 0 })
            let result = try await Tool.curl.run("-sS", "http://127.0.0.1:\(port)/hello")
            #expect(result.output == "hello\n")
        }
    }
}
