import ClientTools
import HTTPTransport
import Testing

private let versions = ["--http1.1", "--http2-prior-knowledge"]

@Suite("Text is sent as gzip", .enabled(if: Tool.curl.isInstalled, "curl is not installed"), .timeLimit(.minutes(1)))
struct GzipTests {
    @Test("to who takes it, and arrives whole, full or streaming, with its trailers", arguments: versions)
    func whole(version: String) async throws {
        try await withServer { _, port, _ in
            let count = "http://127.0.0.1:\(port)/count-text"
            let streaming = try await Tool.curl.run("-sS", "--compressed", version, count)
            #expect(streaming.output == (1...100_000).map { "\($0)\n" }.joined())
            let head = try await Tool.curl.run("-sS", "--compressed", version, "-o", "/dev/null", "-D", "-", count)
            #expect(head.output.contains("content-encoding: gzip") && head.output.contains("x-lines: complete"))
            let text = try await Tool.curl.run("-sS", "--compressed", version, "http://127.0.0.1:\(port)/text")
            #expect(text.output == (1...2_000).map { "\($0)\n" }.joined())
            let size = try await Tool.curl.run(
                "-sS", "-H", "accept-encoding: gzip", version, "-o", "/dev/null", "-w", "%{size_download}", count)
            #expect(Int(size.output).map { $0 < 300_000 } == true, "\(size.output)")
        }
    }

    @Test(
        "to nobody else, but it is said that it could be",
        arguments: [nil, "identity", "gzip;q=0", "br, *;q=0", "deflate"])
    func plain(coding: String?) async throws {
        try await withServer { _, port, _ in
            let header = coding.map { ["-H", "accept-encoding: \($0)"] } ?? []
            let arguments = ["-sS", "-o", "/dev/null", "-D", "-", "http://127.0.0.1:\(port)/text"] + header
            let result = await (try Tool.curl.start(arguments)).wait()
            #expect(!result.output.contains("content-encoding"))
            #expect(result.output.contains("vary: accept-encoding"))
        }
    }

    @Test("unless it is short, or no text")
    func other() async throws {
        try await withServer { _, port, _ in
            for path in ["hello", "large"] {
                let result = try await Tool.curl.run(
                    "-sS", "--compressed", "-o", "/dev/null", "-D", "-", "http://127.0.0.1:\(port)/\(path)")
                #expect(!result.output.contains("content-encoding"), "\(path)")
            }
        }
    }

    @Test("line by line as a live stream has them", arguments: versions)
    func live(version: String) async throws {
        try await withServer { server, port, responder in
            let client = try Tool.curl.start(
                ["-sSN", "--compressed", version, "http://127.0.0.1:\(port)/live"])
            for line in ["one", "two"] {
                responder.live.push(line)
                #expect(await client.read() == "\(line)\n")
            }
            client.kill()
            _ = await client.wait()
        }
    }

    @Test("HEAD has the same headers")
    func headers() async throws {
        try await withServer { _, port, _ in
            let result = try await Tool.curl.run(
                "-sS", "-I", "-H", "accept-encoding: gzip", "http://127.0.0.1:\(port)/count-text")
            #expect(result.output.contains("content-encoding: gzip") && result.status == 0)
        }
    }
}
