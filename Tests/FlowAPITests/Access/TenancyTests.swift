import ClientTools
import Foundation
import HTTPTransport
import Testing

@testable import FlowAPI

/// Of three flows one is within `bank`, and none of it may be seen by who sees `shop` only.
@Suite("What a token of one namespace shows")
struct TenancyTests {
    private static let rules = AccessRules([
        "shop": Caller(roles: .all, namespaces: ["shop"]), "nothing": Caller(roles: .all, namespaces: ["elsewhere"]),
        "boss": .unrestricted,
    ])

    private static let all = TenantServer.stored + TenantServer.inMemory

    @Test("Flows of the store and of memory are those of which one end is in it, however they are asked for")
    func flows() async throws {
        try await withTenants(Self.rules) { server async throws in
            for query in ["first=1000", "last=1000", "since=2000-01-01T00:00:00Z"] {
                let whole = try await server.get("/v1/flows?\(query)", token: "boss").text
                #expect(whole.split(separator: "\n").count == Self.all && whole.contains("vault"))
                let answer = try await server.get("/v1/flows?\(query)", token: "shop")
                #expect(answer.text.split(separator: "\n").count == Self.all / 3 * 2, "\(query)")
                #expect(!answer.text.contains("vault") && !answer.text.contains("safe"))
                #expect(answer.text.contains("teller"))
                #expect(try await server.get("/v1/flows?\(query)", token: "nothing").text == "")
            }
        }
    }

    @Test(
        "No filter widens it",
        arguments: [
            "namespace=bank", "pod=bank/vault", "from-pod=bank/", "not&namespace=shop", "pod=/", "identity=402",
            "workload=vault", "verdict=FORWARDED&verdict=DROPPED",
        ])
    func filters(query: String) async throws {
        try await withTenants(Self.rules) { server async throws in
            for range in ["first=1000", "last=1000"] {
                let answer = try await server.get("/v1/flows?\(range)&\(query)", token: "shop")
                #expect(answer.status == 200 && !answer.text.contains("vault"), "\(answer.text.prefix(300))")
            }
            for path in ["drops", "graph", "series?by=from-pod,to-pod"] {
                let separator = path.contains("?") ? "&" : "?"
                let answer = try await server.get("/v1/\(path)\(separator)\(query)", token: "shop")
                #expect(answer.status == 200 || answer.text.contains("unknown parameter"))
                #expect(!answer.text.contains("vault"), "\(path)")
            }
        }
    }

    @Test(
        "Neither a body nor events widen it",
        arguments: [
            "-H 'content-type: application/json' -d '{\"number\":\"1000\",\"whitelist\":[{},{\"source_pod\":[\"bank/\"]}]}'",
            "-H 'accept: text/event-stream' --get -d first=1000",
        ])
    func otherForms(_ question: String) async throws {
        try await withTenants(Self.rules) { server async throws in
            func ask(_ token: String) async throws -> String {
                let curl = "curl -sS -H 'authorization: Bearer \(token)' \(question)"
                return try await Tool.bash.run("-c", "\(curl) http://\(server.http.addresses[0])/v1/flows").output
            }
            let (whole, own) = (try await ask("boss"), try await ask("shop"))
            #expect(whole.components(separatedBy: "{\"flow\":").count - 1 == Self.all && whole.contains("vault"))
            #expect(own.components(separatedBy: "{\"flow\":").count - 1 == Self.all / 3 * 2)
            #expect(!own.contains("vault") && !own.contains("safe"))
        }
    }

    @Test("Followers of different tokens get what each may see, side by side")
    func live() async throws {
        try await withTenants(Self.rules) { server async throws in
            func follow(_ token: String, until last: String) async throws -> String {
                try await HTTPClientStream.request(
                    server.http.addresses[0], target: "/v1/flows?follow=true&last=0",
                    headers: TenantServer.headers(token)
                ) { response in
                    var text = ""
                    for try await line in response.lines {
                        text += line + "\n"
                        if line.contains(last) { break }
                    }
                    return text
                }
            }
            async let shop = follow("shop", until: "\"destination_port\":390")
            async let boss = follow("boss", until: "\"destination_port\":391")
            #expect(try await eventually { server.http.counts.requests == 2 })
            server.make(32)
            let (own, whole) = try await (shop, boss)
            #expect(whole.contains("vault"))
            #expect(!own.contains("vault") && own.contains("teller") && own.contains("till"))
        }
    }

    private struct Series: Decodable {
        struct Entry: Decodable {
            let by: [String: String]
            let flows: String
        }
        let series: [Entry]
    }

    private func series(_ server: TenantServer, _ token: String) async throws -> [String: String] {
        let answer = try await server.get("/v1/series?by=from-pod&step=7d", token: token)
        let report = try JSONDecoder().decode(Series.self, from: Data(answer.text.utf8))
        return Dictionary(uniqueKeysWithValues: report.series.map { ($0.by["from-pod"] ?? "", $0.flows) })
    }

    @Test("Sums count what it may see and nothing else")
    func sums() async throws {
        try await withTenants(Self.rules) { server async throws in
            #expect(try await series(server, "boss") == ["shop/cart": "240", "bank/vault": "120"])
            #expect(try await series(server, "shop") == ["shop/cart": "240"])
            #expect(try await series(server, "nothing") == [:])
            for path in ["/v1/drops", "/v1/graph"] {
                #expect(try await server.get(path, token: "boss").text.contains("vault"))
                let own = try await server.get(path, token: "shop").text
                #expect(own.contains("teller") && !own.contains("vault"))
            }
        }
    }

    @Test("Status says that the server works, and not how much there is of everyone's")
    func status() async throws {
        try await withTenants(Self.rules) { server async throws in
            let own = try await server.get("/v1/status", token: "shop").text
            #expect(own.contains("apus v1") && own.contains("\"ring\":\"3\""))
            #expect(!own.contains("7"), "\(own)")
            #expect(try await server.get("/v1/status", token: "boss").text.contains("777"))
        }
    }

    @Test("Metrics are those that name one of its namespaces, with their descriptions")
    func metrics() async throws {
        try await withTenants(Self.rules) { server async throws in
            let own = try await server.get("/metrics", token: "shop").text
            #expect(
                own.split(separator: "\n").drop { $0.hasPrefix("# These") || $0.hasPrefix("# left") }.joined(
                    separator: "\n")
                        == """
                        # HELP tenant_flows_total Flows by namespace.
                        # TYPE tenant_flows_total counter
                        tenant_flows_total{verdict="x",namespace="shop"} 12
                        """)
            let none = try await server.get("/metrics", token: "nothing").text
            #expect(none.split(separator: "\n").allSatisfy { $0.hasPrefix("#") } && !none.contains("tenant"))
        }
    }
}
