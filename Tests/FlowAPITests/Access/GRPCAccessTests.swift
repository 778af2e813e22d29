import ClientTools
import Foundation
import HTTPTransport
import Testing

@testable import FlowAPI

@Suite(
    "Who may call gRPC's methods", .enabled(if: Tool.curl.isInstalled, "curl is not installed"), .timeLimit(.minutes(1))
)
struct GRPCAccessTests {
    private static let rules = AccessRules([
        "shop": Caller(roles: .flows, namespaces: ["shop"]), "boss": .unrestricted, "scraper": Caller(roles: .metrics),
        "tenant": Caller(roles: .metadata, namespaces: ["shop"]),
    ])

    /// - Parameter message: in hexadecimal escapes, with its length.
    /// - Returns: everything: headers, answer, trailers.
    private func call(
        _ method: String, _ server: TenantServer, token: String?, _ message: String = #"\x00\x00\x00\x00\x00"#
    ) async throws -> String {
        let field = token.map { "-H 'authorization: Bearer \($0)'" } ?? ""
        let url = "http://\(server.http.addresses[0])/\(method)"
        let curl = "curl -sS --max-time 30 --http2-prior-knowledge -H 'content-type: application/grpc' \(field)"
        return try await Tool.bash.run("-c", "printf '\(message)' | \(curl) --data-binary @- -D - \(url)").output
    }

    @Test("Without the role a call ends with the status that says so, whatever it sends")
    func refused() async throws {
        try await withTenants(Self.rules) { server async throws in
            let flows = "observer.Observer/GetFlows"
            #expect(try await call(flows, server, token: nil).contains("grpc-status: 16"))
            #expect(try await call(flows, server, token: "unknown").contains("grpc-status: 16"))
            let forbidden = try await call(flows, server, token: "scraper")
            #expect(forbidden.contains("grpc-status: 7") && forbidden.contains("the role \"flows\""))
            #expect(!forbidden.contains("cart"))
            #expect(try await call("observer.Observer/ServerStatus", server, token: "shop").contains("grpc-status: 7"))
            #expect(try await call("grpc.health.v1.Health/Check", server, token: nil).contains("grpc-status: 0"))
            #expect(try await call("no.Such/Method", server, token: nil).contains("grpc-status: 16"))
            #expect(try await call("no.Such/Method", server, token: "shop").contains("grpc-status: 12"))
        }
    }

    @Test("A call that runs ends with UNAUTHENTICATED when its token is taken away")
    func withdrawn() async throws {
        try await withTenants(Self.rules) { server async throws in
            // `GetFlowsRequest` with `follow`.
            let following = #"\x00\x00\x00\x00\x02\x18\x01"#
            async let flows = call("observer.Observer/GetFlows", server, token: "shop", following)
            async let peers = call("peer.Peer/Notify", server, token: "tenant")
            #expect(try await eventually { server.http.counts.requests == 2 })
            server.access.replace(AccessRules(["boss": .unrestricted]))
            for answer in try await [flows, peers] {
                #expect(answer.contains("grpc-status: 16") && answer.contains("no longer valid"), "\(answer)")
            }
        }
    }

    @Test("GetFlows shows flows of the token's namespaces only, and GetNamespaces these")
    func tenancy() async throws {
        try await withTenants(Self.rules) { server async throws in
            // The newest 1,000.
            let message = #"\x00\x00\x00\x00\x03\x08\xe8\x07"#
            let whole = try await call("observer.Observer/GetFlows", server, token: "boss", message)
            #expect(whole.contains("vault") && whole.contains("teller") && whole.contains("grpc-status: 0"))
            let own = try await call("observer.Observer/GetFlows", server, token: "shop", message)
            #expect(own.contains("teller") && own.contains("grpc-status: 0"))
            #expect(!own.contains("vault") && !own.contains("safe"))
            let namespaces = try await call("observer.Observer/GetNamespaces", server, token: "tenant")
            #expect(namespaces.contains("shop") && !namespaces.contains("bank"))
        }
    }
}
