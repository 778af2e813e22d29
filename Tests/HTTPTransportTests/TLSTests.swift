import ClientTools
import Foundation
import HTTPTransport
import Testing

@Suite(
    "Real clients over TLS",
    .enabled(if: Tool.openssl.isInstalled && Tool.curl.isInstalled, "openssl or curl is not installed"),
    .timeLimit(.minutes(1)))
struct TLSTests {
    @Test("curl gets a response over TLS in the version of HTTP that it asks for", arguments: ["1.1", "2"])
    func versions(version: String) async throws {
        let made = try await TestCertificates()
        let files = try await made.serve("server")
        try await withServer(tls: TLSCredentials(files, now: now)) { server, port, _ in
            let result = try await Tool.curl.run(
                "-sS", "--http\(version)", "--cacert", made.authority, "https://localhost:\(port)/count", "-o",
                "/dev/null",
                "-w", "%{http_version} %{http_code} %{size_download}")
            #expect(result.output == "\(version) 200 588895")
            #expect(server.counts.failedHandshakes == 0)
        }
    }

    @Test("TLS 1.1 is refused and counted, 1.2 and 1.3 are served")
    func protocolVersions() async throws {
        let made = try await TestCertificates()
        let files = try await made.serve("server")
        try await withServer(tls: TLSCredentials(files, now: now)) { server, port, _ in
            func connect(_ version: String) async throws -> String {
                let client =
                    "openssl s_client -connect 127.0.0.1:\(port) -\(version) -cipher DEFAULT@SECLEVEL=0 </dev/null"
                return try await Tool.bash.run("-c", client + " | grep -E 'Protocol|^New|alert'").output
            }
            #expect(try await connect("tls1_2").contains("New, TLSv1.2"))
            #expect(try await connect("tls1_3").contains("New, TLSv1.3"))
            #expect(server.counts.failedHandshakes == 0)
            let old = try await connect("tls1_1")
            #expect(!old.contains("New, TLS") && old.contains("protocol version"), "\(old)")
            #expect(try await eventually { server.counts.failedHandshakes == 1 })
        }
    }

    @Test("Asked for certificates, clients without one or of another authority are refused; names of others are known")
    func clientCertificates() async throws {
        let made = try await TestCertificates()
        let other = try await TestCertificates()
        let server = try await made.issue("server")
        let client = try await made.issue(
            "client", alternativeNames: "DNS:client.shop.svc,URI:spiffe://cluster.local/ns/shop/sa/client")
        let stranger = try await other.issue("stranger")
        let files = TLSFiles(server, clientAuthorities: made.authority)
        try await withServer(tls: TLSCredentials(files, now: now)) { server, port, _ in
            let url = "https://127.0.0.1:\(port)/peer"
            func ask(_ client: TestCertificates.Issued?) async throws -> Tool.Result {
                let own = client.map { "--cert \($0.certificate) --key \($0.key)" } ?? ""
                return try await Tool.bash.run("-c", "curl -sS --cacert \(made.authority) \(own) \(url)")
            }
            let refused = [try await ask(nil), try await ask(stranger)]
            #expect(refused.allSatisfy { $0.status != 0 })
            #expect(try await eventually { server.counts.failedHandshakes == 2 })
            let served = try await ask(client)
            #expect(
                served.output
                    == "127.0.0.1 true dns:client.shop.svc uri:spiffe://cluster.local/ns/shop/sa/client cn:client\n")
        }
    }

    @Test("A new certificate serves new connections, and a stream that runs goes on")
    func reload() async throws {
        let made = try await TestCertificates()
        let files = try await made.serve("server")
        try await made.issue("renewed")
        let credentials = try TLSCredentials(files, now: now)
        try await withServer(tls: credentials) { _, port, responder in
            func subject() async throws -> String {
                let client = "openssl s_client -connect 127.0.0.1:\(port) </dev/null 2>/dev/null"
                return try await Tool.bash.run("-c", client + " | grep ^subject").output
            }
            let stream = try Tool.curl.start([
                "-sSN", "--http2", "--cacert", made.authority, "https://localhost:\(port)/live",
            ])
            #expect(try await eventually { responder.live.hasReader })
            responder.live.push("before")
            #expect(await stream.read() == "before\n")
            #expect(try await subject() == "subject=CN = server\n")

            try made.replace("server", with: "renewed")
            #expect(credentials.reload(now: now) == .renewed)
            #expect(try await subject() == "subject=CN = renewed\n")
            responder.live.push("after")
            #expect(await stream.read() == "after\n")
            stream.kill()
            _ = await stream.wait()
        }
    }

    @Test("HTTP without TLS is told to use it, and counted")
    func plainHTTP() async throws {
        let made = try await TestCertificates()
        let files = try await made.serve("server")
        try await withServer(tls: TLSCredentials(files, now: now)) { server, port, _ in
            for version in ["--http1.1", "--http2-prior-knowledge"] {
                let result = try await Tool.curl.run("-sS", "-i", version, "http://127.0.0.1:\(port)/hello")
                if version == "--http1.1" {
                    #expect(result.output.hasPrefix("HTTP/1.1 400 Bad Request"))
                    #expect(result.output.contains("This port speaks TLS: use https."))
                }
                #expect(!result.output.contains("hello"))
            }
            #expect(server.counts.connectionsWithoutTLS == 2)
            #expect(server.counts.failedHandshakes == 0)
        }
    }

    @Test("TLS on a port without it is refused as malformed")
    func unexpectedTLS() async throws {
        try await withServer { server, port, _ in
            let result = try await Tool.curl.run("-sS", "-k", "https://127.0.0.1:\(port)/hello")
            #expect(result.status == 35)
            #expect(server.counts.malformedRequests == 1 && server.counts.requests == 1)
        }
    }

    @Test("A client that begins and then says nothing is closed and counted; one that only connects is closed")
    func slowHandshake() async throws {
        let made = try await TestCertificates()
        let files = try await made.serve("server")
        var limits = HTTPLimits()
        limits.handshakeTime = .milliseconds(200)
        try await withServer(limits: limits, tls: TLSCredentials(files, now: now)) { server, port, _ in
            #expect(try await exchange(port, sending: #"printf '\x16\x03\x01'"#) == "")
            #expect(server.counts.failedHandshakes == 1)
            #expect(try await exchange(port, sending: "true") == "")
            #expect(try await eventually { server.counts.failedHandshakes == 2 })
            _ = try await Tool.bash.run("-c", "exec 3<>/dev/tcp/127.0.0.1/\(port)")
            #expect(try await eventually { server.counts.connectionsOpen == 0 })
            #expect(server.counts.failedHandshakes == 2)
        }
    }

    @Test("The server's end reaches clients over TLS, too")
    func stop() async throws {
        let made = try await TestCertificates()
        let files = try await made.serve("server")
        try await withServer(tls: TLSCredentials(files, now: now)) { server, port, responder in
            let stream = try Tool.curl.start(["-sSN", "--cacert", made.authority, "https://localhost:\(port)/live"])
            #expect(try await eventually { responder.live.hasReader })
            await server.shutdown(grace: .seconds(5))
            #expect(await stream.wait().status == 0)
        }
    }
}
