import ClientTools
import Foundation
import HTTPTransport
import Testing

@testable import FlowAPI

@Suite("Who may ask", .timeLimit(.minutes(1)))
struct AccessTests {
    private let rules = AccessRules(
        [
            "flow-reader": Caller(roles: .flows), "meta-reader": Caller(roles: .metadata),
            "scraper": Caller(roles: .metrics), "boss": .unrestricted,
        ], certificates: ["dns:grafana.svc": Caller(roles: .metadata)])

    private static let routes: [(path: String, role: Roles)] = [
        ("/v1/flows?last=1", .flows), ("/v1/drops", .flows), ("/v1/series", .flows), ("/v1/graph", .flows),
        ("/v1/status", .metadata), ("/metrics", .metrics),
    ]

    @Test("Each role opens its paths and no others, and what lacks is named")
    func roles() async throws {
        try await withTenants(rules) { server async throws in
            for (path, role) in Self.routes {
                for (token, roles) in [
                    ("flow-reader", Roles.flows), ("meta-reader", .metadata), ("scraper", .metrics), ("boss", .all),
                ] {
                    let answer = try await server.get(path, token: token)
                    #expect(answer.status == (roles.isSuperset(of: role) ? 200 : 403), "\(token) asks \(path)")
                    if answer.status == 403 { #expect(answer.text.contains("the role \\\"\(role.name)\\\"")) }
                }
            }
            #expect(server.access.refused.forbidden == 12 && server.access.refused.unauthenticated == 0)
        }
    }

    @Test("Without a token, or with one that is unknown or no token, there is nothing but liveness")
    func noToken() async throws {
        try await withTenants(rules) { server async throws in
            for token in [nil, "unknown", "flow-reade", "flow-reader2", ""] {
                for path in Self.routes.map(\.path) + ["/", "/nowhere"] {
                    #expect(try await server.get(path, token: token).status == 401, "\(token ?? "-") asks \(path)")
                }
                for path in ["/healthz", "/readyz"] {
                    #expect(try await server.get(path, token: token).status == 200)
                }
            }
            #expect(try await server.get("/nowhere", token: "scraper").status == 404)
        }
    }

    @Test("A refusal is a problem that says what to send, and challenges as RFC 6750 has it")
    func challenge() async throws {
        try await withTenants(rules) { server async throws in
            func challenge(_ fields: HTTPFields) async throws -> (status: Int, challenge: String?, type: String?) {
                try await HTTPClientStream.request(server.http.addresses[0], target: "/metrics", headers: fields) {
                    ($0.status, $0.headers["www-authenticate"], $0.headers["content-type"])
                }
            }
            let none = try await challenge([:])
            #expect(none == (401, "Bearer", "application/problem+json"))
            let unknown = try await challenge(["authorization": "bearer nonsense"])
            #expect(unknown == (401, "Bearer error=\"invalid_token\"", "application/problem+json"))
            let basic = try await challenge(["authorization": "Basic Zm9vOmJhcg=="])
            #expect(basic == (401, "Bearer error=\"invalid_request\"", "application/problem+json"))
            let twice = try await challenge(["authorization": "Bearer scraper", "Authorization": "Bearer boss"])
            #expect(twice.challenge == "Bearer error=\"invalid_request\"")
            let forbidden = try await challenge(["authorization": "Bearer flow-reader"])
            #expect(forbidden.challenge == "Bearer error=\"insufficient_scope\", scope=\"metrics\"")
        }
    }

    @Test("New rules hold from the next request on")
    func replaced() async throws {
        try await withTenants(rules) { server async throws in
            #expect(try await server.get("/metrics", token: "scraper").status == 200)
            server.access.replace(AccessRules(["other": Caller(roles: .metrics)]))
            #expect(try await server.get("/metrics", token: "scraper").status == 401)
            #expect(try await server.get("/metrics", token: "other").status == 200)
        }
    }

    @Test("New rules end the streams of a token that is gone or worth something else, and no others")
    func withdrawn() async throws {
        let others = ["kept": Caller(roles: .flows), "narrowed": .unrestricted, "gone": Caller(roles: .flows)]
        try await withTenants(AccessRules(others)) { server async throws in
            func follow(_ token: String) async throws -> String {
                try await HTTPClientStream.request(
                    server.http.addresses[0], target: "/v1/flows?follow=true&last=0",
                    headers: TenantServer.headers(token)
                ) { response in
                    do {
                        for try await line in response.lines where line.contains("\"destination_port\":390") {
                            return "followed"
                        }
                        return "complete"
                    } catch {
                        return "cut short"
                    }
                }
            }
            async let gone = follow("gone")
            async let narrowed = follow("narrowed")
            async let kept = follow("kept")
            #expect(try await eventually { server.http.counts.requests == 3 })
            server.access.replace(
                AccessRules([
                    "kept": Caller(roles: .flows), "narrowed": Caller(roles: .flows, namespaces: ["shop"]),
                ]))
            #expect(try await eventually { server.http.counts.connectionsOpen == 1 })
            server.make(32)
            let ends = try await [gone, narrowed, kept]
            #expect(ends == ["cut short", "cut short", "followed"])
            #expect(server.access.withdrawn == 2)
        }
    }

    @Test("Over a unix socket its file has decided, and no token is asked for")
    func unixSocket() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID()).sock").path
        try await withTenants(rules, socket: path) { server async throws in
            #expect(try await server.get("/metrics", address: 1).text == TenantServer.metrics)
            #expect(try await server.get("/metrics").status == 401)
        }
    }

    @Test(
        "A client's certificate is known by its names, and one that is not listed is told which it has",
        .enabled(if: Tool.openssl.isInstalled && Tool.curl.isInstalled, "openssl or curl is not installed"))
    func certificates() async throws {
        let made = try await TestCertificates()
        let issued = try await made.issue("server")
        let listed = try await made.issue("grafana", alternativeNames: "DNS:grafana.svc")
        let stranger = try await made.issue("stranger", alternativeNames: "DNS:stranger.svc")
        let files = TLSFiles(
            certificateChain: issued.certificate, privateKey: issued.key, clientAuthorities: made.authority)
        let tls = try TLSCredentials(files, now: Int64(Date().timeIntervalSince1970))
        try await withTenants(rules, tls: tls) { server async throws in
            func ask(_ client: TestCertificates.Issued, _ path: String, _ more: String...) async throws -> String {
                let own = ["-sS", "--cacert", made.authority, "--cert", client.certificate, "--key", client.key]
                let url = "https://\(server.http.addresses[0])\(path)"
                return await (try Tool.curl.start(own + more + ["-w", "%{http_code}", url])).wait().output
            }
            let answers = [
                try await ask(listed, "/v1/status"), try await ask(listed, "/metrics"),
                try await ask(stranger, "/v1/status"),
                try await ask(stranger, "/metrics", "-H", "authorization: Bearer scraper"),
            ]
            #expect(answers[0].hasSuffix("}\n200"))
            #expect(answers[1].hasSuffix("\n403"))
            #expect(answers[2].hasSuffix("\n401"))
            #expect(answers[2].contains("dns:stranger.svc, cn:stranger"))
            #expect(answers[3].hasSuffix("\n200"))
        }
    }

    @Test("Where no rules are set, everyone may ask for everything")
    func noRules() throws {
        let open = AccessControl()
        let request = HTTPRequest(method: "GET", path: "/metrics", peer: HTTPPeer(address: "127.0.0.1"))
        let caller = try open.caller(of: request, for: .all)
        #expect(caller == .unrestricted)
    }
}
