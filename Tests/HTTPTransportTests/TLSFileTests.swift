import ClientTools
import Foundation
import HTTPTransport
import Testing

@Suite("Files of certificates and keys", .enabled(if: Tool.openssl.isInstalled, "openssl is not installed"))
struct TLSFileTests {
    private func refusal(_ files: TLSFiles, now: Int64 = now) -> String {
        do throws(TLSError) {
            _ = try TLSCredentials(files, now: now)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test("A key of another certificate is refused with the names of both")
    func wrongKey() async throws {
        let made = try await TestCertificates()
        var files = try await made.serve("server")
        files.privateKey = try await made.issue("other").key
        #expect(refusal(files) == "\(files.privateKey): is not the key of the certificate in \(files.certificateChain)")
    }

    @Test("What is no file, no PEM, the wrong PEM or encrypted is refused with what is wrong of which file")
    func unusable() async throws {
        let made = try await TestCertificates()
        let good = try await made.serve("server")
        let text = try made.write("nothing of use", to: "text")
        let encrypted = try made.write("-----BEGIN ENCRYPTED PRIVATE KEY-----", to: "encrypted")
        let large = try made.write(String(repeating: "x", count: 2 << 20), to: "large")
        #expect(
            refusal(TLSFiles(certificateChain: "/nowhere", privateKey: good.privateKey)).hasPrefix(
                "/nowhere: there is no"))
        #expect(
            refusal(TLSFiles(certificateChain: good.privateKey, privateKey: good.privateKey)).contains(
                "holds no certificate"))
        #expect(
            refusal(TLSFiles(certificateChain: text, privateKey: good.privateKey)).hasPrefix(
                "\(text): holds no certificate"))
        #expect(
            refusal(TLSFiles(certificateChain: good.certificateChain, privateKey: text)).hasPrefix(
                "\(text): holds no private key"))
        #expect(
            refusal(TLSFiles(certificateChain: good.certificateChain, privateKey: encrypted)).contains("is encrypted"))
        #expect(refusal(TLSFiles(certificateChain: large, privateKey: good.privateKey)).contains("at most 1048576"))
        var withAuthorities = good
        withAuthorities.clientAuthorities = text
        #expect(refusal(withAuthorities).hasPrefix("\(text): holds no certificate"))
    }

    @Test("A certificate whose time is over, or has not come, is refused with that time")
    func outsideItsTime() async throws {
        let made = try await TestCertificates()
        let files = try await made.serve("server")
        #expect(refusal(files) == "accepted")
        #expect(refusal(files, now: now + 31 * 86_400).contains("server.pem: expired on 20"))
        #expect(refusal(files, now: now - 2 * 86_400).contains("server.pem: is not valid before 20"))
    }

    @Test("Two weeks before its end a certificate is warned of, and a key that others can read always")
    func warnings() async throws {
        let made = try await TestCertificates()
        let files = try await made.serve("server")
        let credentials = try TLSCredentials(files, now: now)
        #expect(credentials.warnings(now: now) == [])
        #expect(credentials.warnings(now: now + 15 * 86_400).joined(separator: "\n") == "")
        #expect(
            credentials.warnings(now: now + 17 * 86_400).joined().contains("server.pem: a certificate expires on 20"))
        #expect(
            credentials.warnings(now: now + 40 * 86_400).joined().contains("server.pem: a certificate expired on 20"))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: files.privateKey)
        #expect(credentials.warnings(now: now).joined().contains("server.key: a private key that others can read"))
    }

    @Test("The end of a certificate is known to the second")
    func expiry() async throws {
        let made = try await TestCertificates()
        let files = try await made.serve("server")
        var withAuthorities = files
        withAuthorities.clientAuthorities = made.authority
        let credentials = try TLSCredentials(withAuthorities, now: now)
        let ends = credentials.certificates.map { $0.expirySeconds - now - 30 * 86_400 }
        #expect(credentials.certificates.map(\.path) == [files.certificateChain, made.authority])
        #expect(ends.allSatisfy { (-60...0).contains($0) })
    }

    @Test("A new pair is put in force, a bad one is told of once and leaves the old one")
    func reload() async throws {
        let made = try await TestCertificates()
        let files = try await made.serve("server")
        try await made.issue("next", days: 60)
        let credentials = try TLSCredentials(files, now: now)
        let first = credentials.certificates
        #expect(credentials.reload(now: now) == .unchanged)

        let key = try String(contentsOfFile: files.privateKey, encoding: .utf8)
        _ = try made.write("rubbish", to: "server.key")
        guard case .refused(let error) = credentials.reload(now: now) else {
            Issue.record("rubbish was accepted")
            return
        }
        #expect(error.file == files.privateKey)
        #expect(credentials.reload(now: now) == .unchanged)
        #expect(credentials.certificates == first)
        _ = try made.write(key, to: "server.key")
        #expect(credentials.reload(now: now) == .unchanged)

        try made.replace("server", with: "next")
        #expect(credentials.reload(now: now) == .renewed)
        #expect(credentials.certificates[0].expirySeconds - first[0].expirySeconds > 29 * 86_400)
    }
}
