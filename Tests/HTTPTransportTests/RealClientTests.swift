import ClientTools
import Foundation
import HTTPTransport
import Synchronization
import Testing

private let versions = ["--http1.1", "--http2-prior-knowledge", "--http1.0"]

@Suite("Real clients are served", .enabled(if: Tool.curl.isInstalled, "curl is not installed"), .timeLimit(.minutes(1)))
struct RealClientTests {
    @Test("curl gets a full response in each version of HTTP", arguments: versions)
    func full(version: String) async throws {
        try await withServer { _, port, _ in
            let result = try await Tool.curl.run("-sS", version, "http://127.0.0.1:\(port)/hello")
            #expect(result.output == "hello\n")
        }
    }

    @Test("a large full response arrives whole", arguments: versions)
    func large(version: String) async throws {
        try await withServer { _, port, _ in
            let result = try await Tool.curl.run("-sS", version, "http://127.0.0.1:\(port)/large")
            #expect(result.output.utf8.count == 1_000_000)
        }
    }

    @Test("a body that overshoots each limit arrives in order and whole", arguments: versions)
    func streaming(version: String) async throws {
        try await withServer { _, port, _ in
            let result = try await Tool.curl.run("-sS", version, "http://127.0.0.1:\(port)/count")
            #expect(result.output == (1...100_000).map { "\($0)\n" }.joined())
        }
    }

    @Test("trailers follow a streaming body", arguments: ["--http1.1", "--http2-prior-knowledge"])
    func trailers(version: String) async throws {
        try await withServer { _, port, _ in
            let url = "http://127.0.0.1:\(port)/count"
            let result = try await Tool.curl.run("-sS", version, "-o", "/dev/null", "-D", "-", url)
            #expect(result.output.contains("x-lines: complete"))
        }
    }

    @Test("HEAD is answered with the headers of GET and no body", arguments: versions)
    func head(version: String) async throws {
        try await withServer { _, port, responder in
            let hello = try await Tool.curl.run("-sS", version, "-I", "http://127.0.0.1:\(port)/hello")
            #expect(hello.output.contains("content-length: 6") && hello.status == 0)
            let endless = try await Tool.curl.run("-sS", version, "-I", "http://127.0.0.1:\(port)/endless")
            #expect(endless.output.contains("200") && endless.status == 0)
            #expect(responder.endlessCancelled.load(ordering: .relaxed) == 1)
        }
    }

    @Test("a response without content ends at its headers", arguments: versions)
    func empty(version: String) async throws {
        try await withServer { _, port, _ in
            let url = "http://127.0.0.1:\(port)/empty"
            let result = try await Tool.curl.run("-sS", version, url, "-w", "%{http_code}")
            #expect(result.output == "204" && result.status == 0)
        }
    }

    @Test("a request's body reaches the responder", arguments: versions)
    func echo(version: String) async throws {
        try await withServer { _, port, _ in
            let body = String(repeating: "0123456789", count: 20_000)
            let file = FileManager.default.temporaryDirectory.appending(path: "apus-echo-\(UUID())")
            try Data(body.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let url = "http://127.0.0.1:\(port)/echo"
            let result = try await Tool.curl.run("-sS", version, "--data-binary", "@\(file.path)", url)
            #expect(result.output == body)
        }
    }

    @Test("a client that asks for leave to send its body gets it at once")
    func expectContinue() async throws {
        try await withServer { _, port, _ in
            let url = "http://127.0.0.1:\(port)/echo"
            let wait = ["--expect100-timeout", "30", "-H", "expect: 100-continue"]
            let result = try await Tool.curl.run(
                "-sS", "--http1.1", wait[0], wait[1], wait[2], wait[3], "-d", "abc", url)
            #expect(result.output == "abc")
        }
    }

    @Test("query items are decoded, in their order", arguments: versions)
    func query(version: String) async throws {
        try await withServer { _, port, _ in
            let url = "http://127.0.0.1:\(port)/query?pod=a%2Fb&pod=c+d&follow&since=2024-01-01T00:00:00%2B01:00"
            let result = try await Tool.curl.run("-sS", version, url)
            #expect(result.output == "pod=[a/b]\npod=[c d]\nfollow=[]\nsince=[2024-01-01T00:00:00+01:00]\n")
        }
    }

    @Test("a body that fails is seen as incomplete by the client", arguments: ["--http1.1", "--http2-prior-knowledge"])
    func broken(version: String) async throws {
        try await withServer { _, port, _ in
            let result = try await Tool.curl.run("-sS", version, "http://127.0.0.1:\(port)/broken")
            // This curl drops what came before an HTTP/2 reset; HTTP2SessionTests looks at the frames.
            #expect(result.status != 0 && (result.output.contains("first") || version != "--http1.1"))
        }
    }

    @Test("a unix socket serves too, and its file goes with the server")
    func unixSocket() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID()).sock").path
        let server = try await HTTPServer.start(addresses: [.unix(path: path)], responder: TestResponder())
        let result = try await Tool.curl.run("-sS", "--unix-socket", path, "http://localhost/hello")
        #expect(result.output == "hello\n")
        await #expect(throws: HTTPServerError.self) {
            _ = try await HTTPServer.start(addresses: [.unix(path: path)], responder: TestResponder())
        }
        await server.shutdown(grace: .milliseconds(100))
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}

@Suite("nghttp2's own clients are served", .timeLimit(.minutes(1)))
struct Nghttp2ClientTests {
    @Test(
        "nghttp gets many streams of one connection",
        .enabled(if: Tool.nghttp.isInstalled, "nghttp is not installed"))
    func nghttp() async throws {
        try await withServer { _, port, _ in
            let urls = (1...20).map { "http://127.0.0.1:\(port)/count?\($0)" }.joined(separator: " ")
            let result = try await Tool.bash.run("-c", "\(Tool.nghttp.path) \(urls) | wc -l")
            #expect(result.output == "2000000\n")
        }
    }

    @Test(
        "h2load has all of its requests answered, in both versions", .enabled(if: Tool.h2load.isInstalled, "no h2load"),
        arguments: ["--no-tls-proto=h2c", "--h1"])
    func h2load(version: String) async throws {
        try await withServer { server, port, _ in
            let url = "http://127.0.0.1:\(port)/hello"
            let result = try await Tool.h2load.run(version, "-n", "2000", "-c", "10", "-m", "10", url)
            #expect(result.output.contains("2000 succeeded, 0 failed, 0 errored, 0 timeout"))
            #expect(server.counts.requests == 2000 && server.counts.malformedRequests == 0)
        }
    }
}
