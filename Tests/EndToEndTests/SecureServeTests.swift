import ClientTools
import Foundation
import Testing

/// `apus serve` with TLS and tokens, and its own clients.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct SecureServeTests {
    private func apus(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        let child = try Child(Apus.path, arguments)
        return (child.waitForEnd(), child.output, child.errors)
    }

    @Test("Over TLS with a token, its clients are answered; without, or without trust, they are told what lacks")
    func secured() async throws {
        let directory = try TemporaryDirectory()
        let made = try await TestCertificates()
        let server = try await made.issue("server")
        let token = try apus(["token", "new", "--name", "reader", "--role", "metadata", "--role", "metrics"])
        let tokenFile = directory.path + "/token"
        try token.output.write(toFile: tokenFile, atomically: true, encoding: .utf8)
        try "tokens:\n\(token.errors)".write(
            toFile: directory.path + "/tokens.yaml", atomically: true, encoding: .utf8)
        let child = try Child(
            Apus.path,
            [
                "serve", "--data-dir", directory.path + "/store", "--no-kernel-drops", "--listen", "127.0.0.1:0",
                "--tls-cert", server.certificate, "--tls-key", server.key, "--tokens", directory.path + "/tokens.yaml",
            ])
        let log = try #require(child.waitForErrors(containing: "listening on 127.0.0.1:"), "\(child.errors)")
        let port = try #require(log.split(separator: "listening on 127.0.0.1:").last?.prefix { $0.isNumber })
        let address = "https://127.0.0.1:\(port)"
        let trusting = ["--server", address, "--tls-ca", made.authority]

        let status = try apus(["status", "--token-file", tokenFile] + trusting)
        #expect(status.status == 0 && status.output.contains("Healthcheck"), "\(status.errors)")
        let noToken = try apus(["status"] + trusting)
        #expect(noToken.status == 1 && noToken.errors.contains("401") && noToken.errors.contains("Bearer TOKEN"))
        let noRole = try apus(["observe", "--token-file", tokenFile] + trusting)
        #expect(noRole.status == 1 && noRole.errors.contains("the role \\\"flows\\\""), "\(noRole.errors)")
        let noTrust = try apus(["status", "--server", address, "--token-file", tokenFile])
        #expect(noTrust.status == 1 && noTrust.errors.contains("certificate verify failed"), "\(noTrust.errors)")
        let wrongName = try apus(["status", "--token-file", tokenFile, "--tls-server-name", "example.com"] + trusting)
        #expect(wrongName.status == 1 && wrongName.errors.contains("not of example.com"), "\(wrongName.errors)")
        let name = try apus(["status", "--token-file", tokenFile, "--tls-server-name", "localhost"] + trusting)
        #expect(name.status == 0, "\(name.errors)")

        let metrics = try Tool.run(
            "curl",
            [
                "-sS", "--cacert", made.authority, "-H",
                "authorization: Bearer \(token.output.trimmingCharacters(in: .newlines))",
                address + "/metrics",
            ]
        ).output
        let expiry = metrics.split(separator: "\n").first {
            $0.hasPrefix("apus_tls_certificate_expiry_timestamp_seconds{")
        }
        let seconds = try #require(expiry?.split(separator: " ").last.flatMap { Double($0) })
        #expect(abs(seconds - Date().timeIntervalSince1970 - 30 * 86_400) < 600)
        #expect(metrics.contains("apus_api_refused_total{reason=\"unauthenticated\"} 1\n"))
        #expect(metrics.contains("apus_api_refused_total{reason=\"forbidden\"} 1\n"))
        child.kill(SIGTERM)
        #expect(child.waitForEnd() == 0, "\(child.errors)")
    }

    @Test("Whoever may see one namespace is told what policies do with its own pods, and nothing of others'")
    func explanation() async throws {
        let directory = try TemporaryDirectory()
        let made = try await TestCertificates()
        let server = try await made.issue("server")
        let token = try apus(["token", "new", "--name", "shop", "--role", "metadata", "--namespace", "shop"])
        try token.output.write(toFile: directory.path + "/token", atomically: true, encoding: .utf8)
        try "tokens:\n\(token.errors)".write(toFile: directory.path + "/tokens.yaml", atomically: true, encoding: .utf8)
        try FileManager.default.createDirectory(atPath: directory.path + "/m", withIntermediateDirectories: true)
        try """
        {apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, labels: {app: web}}, status: {podIP: 10.0.0.1}}
        ---
        {apiVersion: v1, kind: Pod, metadata: {name: db-0, namespace: bank, labels: {app: db}}, status: {podIP: 10.0.0.2}}
        ---
        {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop},
         spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: job}}}]}]}}
        """.write(toFile: directory.path + "/m/all.yaml", atomically: true, encoding: .utf8)
        let child = try Child(
            Apus.path,
            [
                "serve", "--data-dir", directory.path + "/store", "--no-kernel-drops", "--listen", "127.0.0.1:0",
                "--tls-cert", server.certificate, "--tls-key", server.key, "--tokens", directory.path + "/tokens.yaml",
                "--manifests", directory.path + "/m",
            ])
        let log = try #require(child.waitForErrors(containing: "listening on 127.0.0.1:"), "\(child.errors)")
        let port = try #require(log.split(separator: "listening on 127.0.0.1:").last?.prefix { $0.isNumber })
        func explain(_ from: String) throws -> (status: Int32, output: String, errors: String) {
            try apus([
                "policy", "explain", "--server", "https://127.0.0.1:\(port)", "--tls-ca", made.authority,
                "--token-file",
                directory.path + "/token", "--from", from, "--to", "shop/web-1", "--port", "80",
            ])
        }
        let own = try explain("192.0.2.1")
        #expect(own.status == 0 && own.output.contains("nearest: NetworkPolicy shop/web, ingress[0]"), "\(own.errors)")
        for other in ["bank/db-0", "10.0.0.2"] {
            let answer = try explain(other)
            #expect(answer.status == 1 && answer.errors.contains("no such end of a connection"), "\(answer)")
            #expect(!answer.errors.contains("did you mean bank"))
        }
        let namespace = "k8s:io.kubernetes.pod.namespace="
        #expect(try explain("app=job,\(namespace)shop").output.contains("verdict: FORWARDED"))
        for labels in ["app=db", "app=db,\(namespace)bank", "\(namespace)shop,any:io.kubernetes.pod.namespace=bank"] {
            let answer = try explain(labels)
            #expect(answer.status == 1 && answer.errors.contains("a namespace that you may not see"), "\(answer)")
        }
        child.kill(SIGTERM)
        #expect(child.waitForEnd() == 0, "\(child.errors)")
    }

    @Test("Beyond loopback it listens insecurely only when told so, and says so at each start")
    func insecure() throws {
        let directory = try TemporaryDirectory()
        let child = try Child(
            try #require(Tool.path("unshare")),
            [
                "--net", Apus.path, "serve", "--data-dir", directory.path, "--no-kernel-drops", "--listen", "0.0.0.0:0",
                "--insecure",
            ])
        let log = try #require(child.waitForErrors(containing: "listening on 0.0.0.0:"), "\(child.errors)")
        #expect(log.contains("--insecure: whoever reaches 0.0.0.0:0"))
        child.kill(SIGTERM)
        #expect(child.waitForEnd() == 0)
    }
}
