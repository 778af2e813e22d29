import FlowAPI
import Foundation
import Logging
import Testing

@testable import apus

@Suite("The file of tokens")
struct AccessFileTests {
    private static let digest = TokenDigest(of: "secret").hexadecimal

    private func problem(_ text: String) -> String {
        do {
            _ = try AccessFile(path: "tokens.yaml").parse(text)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test("What `apus token new` prints is accepted, and says whose token it is and what it may do")
    func entry() throws {
        let entry = NewTokenCommand.entry("secret", name: "grafana", roles: ["flows", "metrics"], namespaces: ["shop"])
        let rules = try AccessFile(path: "f").parse(
            "tokens:\n\(entry)\ncertificates:\n- name: uri:a\n  roles: [admin]\n")
        #expect(
            rules.tokens == [
                .init(
                    name: "grafana", digest: TokenDigest(of: "secret"),
                    caller: Caller(roles: [.flows, .metrics], namespaces: ["shop"]))
            ])
        #expect(rules.certificates == [.init(name: "uri:a", caller: .unrestricted)])
        #expect(try AccessFile(path: "f").parse("# nobody yet\n") == AccessRules(tokens: [], certificates: []))
    }

    @Test(
        "What would open more than was meant is refused with its place",
        arguments: [
            ("tokens: [{name: a, sha256: \(digest), roles: [flows], namespace: shop}]", "1:"),
            ("tokens: [{name: a, sha256: \(digest), roles: [flows], namespaces: }]", "namespaces is required"),
            ("tokens: [{name: a, sha256: \(digest), roles: [flows], namespaces: []}]", "lists no namespace"),
            ("tokens: [{name: a, sha256: \(digest), roles: [flows], namespaces: ['']}]", "must not be empty"),
            ("tokens: [{name: a, sha256: \(digest), roles: [flow]}]", "accepted are flows, metadata, metrics, admin"),
            ("tokens: [{name: a, sha256: \(digest), roles: []}]", "lists no role"),
            ("tokens: [{name: a, sha256: \(digest)}]", "roles is required"),
            ("tokens: [{name: a, sha256: secret, roles: [flows]}]", "64 hexadecimal digits"),
            ("tokens: [{sha256: \(digest), roles: [flows]}]", "name is required"),
            ("token: []", "unknown field \"token\""),
            ("certificates: [{name: grafana, roles: [flows]}]", "accepted are dns:NAME, uri:NAME and cn:NAME"),
            ("tokens: []\n---\ntokens: []", "tokens.yaml:2:1: a second document"),
            ("tokens: [", "is not YAML"),
        ])
    func refused(text: String, reason: String) {
        #expect(problem(text).hasPrefix("tokens.yaml:"))
        #expect(problem(text).contains(reason), "\(problem(text))")
    }

    @Test("A name or a token that stands twice is refused")
    func twice() {
        let other = TokenDigest(of: "other").hexadecimal
        func file(_ name: String, _ digest: String) -> String {
            "tokens:\n- {name: a, sha256: \(Self.digest), roles: [flows]}\n- {name: \(name), sha256: \(digest), roles: [admin]}"
        }
        #expect(problem(file("b", other)) == "accepted")
        #expect(problem(file("a", other)).hasPrefix("tokens.yaml:3:3: the name \"a\" stands here twice"))
        #expect(problem(file("b", Self.digest)).contains("stands here twice"))
    }

    @Test("A changed file holds from the next look on; a broken one leaves the last in force")
    func reload() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/tokens.yaml"
        func write(_ token: String, _ more: String = "") throws {
            let entry = NewTokenCommand.entry(token, name: "a", roles: ["metrics"], namespaces: [])
            try "tokens:\n\(entry)\n\(more)".write(toFile: path, atomically: true, encoding: .utf8)
        }
        try write("first")
        let credentials = try Credentials(
            tls: nil, accessFile: path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let watching = Task { await credentials.watch(every: .milliseconds(20)) }
        defer { watching.cancel() }
        func becomes(_ token: String) async throws -> Bool {
            for _ in 0..<500 {
                if credentials.access.knows(token) { return true }
                try await Task.sleep(for: .milliseconds(10))
            }
            return false
        }
        #expect(credentials.access.knows("first"))
        try write("second", "broken: [")
        try await Task.sleep(for: .milliseconds(200))
        #expect(credentials.access.knows("first") && !credentials.access.knows("second"))
        try write("third")
        #expect(try await becomes("third"))
        #expect(!credentials.access.knows("first"))
    }
}
