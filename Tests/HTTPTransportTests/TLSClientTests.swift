import ClientTools
import HTTPTransport
import Testing

@Suite("Our own client over TLS", .enabled(if: Tool.openssl.isInstalled, "openssl is not installed"))
struct TLSClientTests {
    private func ask(_ port: Int, host: String = "127.0.0.1", _ tls: TLSClient) async -> String {
        do {
            return try await HTTPClientStream.request(
                .tcp(host: host, port: port), tls: tls, target: "/peer"
            ) { try await $0.text() }
        } catch {
            return "\(error)"
        }
    }

    @Test("It trusts the authorities that it is given, and asks for the name that it is given or the host's")
    func trust() async throws {
        let made = try await TestCertificates()
        let other = try await TestCertificates()
        let files = TLSFiles(
            try await made.issue("server", alternativeNames: "DNS:apus.local,DNS:*.apus.svc,IP:127.0.0.1"))
        try await withServer(tls: TLSCredentials(files, now: now)) { _, port, _ in
            let served = "127.0.0.1 true \n"
            func client(_ name: String? = nil) throws -> TLSClient {
                try TLSClient(authorities: made.authority, serverName: name)
            }
            #expect(await ask(port, try client()) == served)
            #expect(await ask(port, try client("apus.local")) == served)
            #expect(await ask(port, try client("Node1.apus.svc")) == served)
            for name in ["other.local", "a.b.apus.svc", "apus.svc", ".apus.svc"] {
                let answer = await ask(port, try client(name))
                #expect(answer.contains("TLS failed") && !answer.contains("true"), "\(name): \(answer)")
            }
            #expect(await ask(port, host: "localhost", try client()).contains("not of localhost"))
            let stranger = await ask(port, try TLSClient(authorities: other.authority))
            #expect(stranger == "127.0.0.1:\(port) did not answer: TLS failed: certificate verify failed")
        }
    }

    @Test("A busy client sends its request without a turn of its own, but not before the server has proved itself")
    func busy() async throws {
        let (made, other) = (try await TestCertificates(), try await TestCertificates())
        let files = TLSFiles(try await made.issue("server"))
        var limits = HTTPLimits()
        limits.headTime = .milliseconds(100)
        try await withServer(limits: limits, tls: TLSCredentials(files, now: now)) { server, port, _ in
            try await withTaskExecutorPreference(BusyExecutor()) {
                #expect(await ask(port, try TLSClient(authorities: made.authority)) == "127.0.0.1 true \n")
                let stranger = await ask(port, try TLSClient(authorities: other.authority))
                #expect(stranger.contains("certificate verify failed"))
            }
            #expect(server.counts.requests == 1 && server.counts.connectionsLate == 0)
        }
    }

    @Test("Where nobody listens, or nobody speaks TLS, it says so")
    func noServer() async throws {
        #expect(await ask(1, try TLSClient()).hasPrefix("nothing listens on 127.0.0.1:1"))
        try await withServer { _, port, _ async throws in
            #expect(await ask(port, try TLSClient()).contains("TLS failed: wrong version number"))
        }
    }

    @Test("It shows its certificate where one is asked for")
    func ownCertificate() async throws {
        let made = try await TestCertificates()
        let files = TLSFiles(try await made.issue("server"), clientAuthorities: made.authority)
        let own = try await made.issue("client", alternativeNames: "DNS:client.svc")
        try await withServer(tls: TLSCredentials(files, now: now)) { _, port, _ in
            let client = try TLSClient(
                authorities: made.authority, certificateChain: own.certificate, privateKey: own.key)
            #expect(await ask(port, client) == "127.0.0.1 true dns:client.svc cn:client\n")
            let none = await ask(port, try TLSClient(authorities: made.authority))
            #expect(none.contains("did not answer") || none.contains("closed the connection"), "\(none)")
        }
    }
}
