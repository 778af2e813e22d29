import ClientTools
import Foundation
import HTTPTransport
import Testing

@testable import FlowAPI

/// A program that asks for flows, as a line for the shell.
struct FlowClient: Sendable, CustomTestStringConvertible {
    enum Question: String, CaseIterable {
        case history, filter, live, bad

        /// Of `/v1/flows`.
        var query: String {
            switch self {
            case .history: "first=1000"
            case .filter: "first=1000&verdict=DROPPED"
            case .live: "follow=true&last=0"
            case .bad: "from-port=x"
            }
        }
    }

    struct Server {
        let address: String
        let authority: String
    }

    let testDescription: String
    let isEncrypted: Bool
    let command: @Sendable (Question, _ token: String?, Server) -> String

    private static func curl(_ options: String, isEncrypted: Bool) -> FlowClient {
        FlowClient(testDescription: "curl \(options)", isEncrypted: isEncrypted) { question, token, server in
            let field = token.map { "-H 'authorization: Bearer \($0)'" } ?? ""
            let address = isEncrypted ? "--cacert \(server.authority) https" : "http"
            return "curl -sSN \(options) \(field) \(address)://\(server.address)/v1/flows?\(question.query)"
                .replacing("&", with: "\\&")
        }
    }

    private static func python(_ kind: String) -> FlowClient {
        FlowClient(testDescription: "Python \(kind)", isEncrypted: true) { question, token, server in
            let folder = URL(filePath: #filePath).deletingLastPathComponent()
            let schema = folder.appending(path: "../../../schema/proto").standardizedFileURL.path()
            let script = folder.appending(path: "clients.py").path()
            return """
                \(Tool.python.path) \(script) \(kind) \(server.address) \(server.authority) \(schema) \(question.rawValue) \
                \(token ?? "")
                """
        }
    }

    private static let nghttp = FlowClient(testDescription: "nghttp", isEncrypted: false) { question, token, server in
        let field = token.map { "-H 'authorization: Bearer \($0)'" } ?? ""
        return "nghttp \(field) http://\(server.address)/v1/flows?\(question.query)".replacing("&", with: "\\&")
    }

    static let all = [
        curl("--http2-prior-knowledge", isEncrypted: false), curl("--http1.1", isEncrypted: false),
        curl("--http2", isEncrypted: true), curl("--http1.1", isEncrypted: true), nghttp, python("grpc"),
        python("events"),
    ]
}

@Suite(
    "Each client", .enabled(if: Tool.python.isInstalled && Tool.nghttp.isInstalled, "make test-deps installs them"),
    .timeLimit(.minutes(2)))
struct EachClientTests {
    private static func ask(
        _ client: FlowClient, _ question: FlowClient.Question, token: String?, _ server: FlowClient.Server
    ) async throws -> String {
        let command = "timeout -s KILL 30 " + client.command(question, token, server)
        // nghttp goes on though nobody listens, until the server ends.
        let script = question == .live ? "head -n 3 < <(\(command) 2>/dev/null)" : command
        return try await Tool.bash.run("-c", script).output
    }

    private static func flows(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter { $0.hasPrefix("{\"flow\":") && $0.hasSuffix("}") }
    }

    @Test(
        "reads history, filters, follows, is refused without a token, and is told precisely what it asked wrong",
        arguments: FlowClient.all)
    func asks(_ client: FlowClient) async throws {
        let made = try await TestCertificates()
        let issued = try await made.issue("server")
        let files = TLSFiles(certificateChain: issued.certificate, privateKey: issued.key)
        let tls = client.isEncrypted ? try TLSCredentials(files, now: Int64(Date().timeIntervalSince1970)) : nil
        try await withTenants(AccessRules(["reader": Caller(roles: .flows)]), tls: tls) { tenants async throws in
            let server = FlowClient.Server(address: "\(tenants.http.addresses[0])", authority: made.authority)
            let history = Self.flows(try await Self.ask(client, .history, token: "reader", server))
            #expect(history.count == TenantServer.stored + TenantServer.inMemory)
            let dropped = Self.flows(try await Self.ask(client, .filter, token: "reader", server))
            #expect(dropped.count == history.count / 2 && dropped.allSatisfy { $0.contains("DROPPED") })

            let refused = try await Self.ask(client, .history, token: nil, server)
            #expect(refused.contains("this server asks for a token: authorization: Bearer TOKEN"), "\(refused)")
            let wrong = try await Self.ask(client, .bad, token: "reader", server)
            #expect(wrong.contains("\"x\"") || wrong.contains("\\\"x\\\""), "\(wrong)")
            #expect(wrong.contains("port") && wrong.contains("65535"), "\(wrong)")

            let requests = tenants.http.counts.requests
            async let following = Self.ask(client, .live, token: "reader", server)
            #expect(try await eventually { tenants.http.counts.requests > requests })
            // nghttp prints when it has some kilobytes.
            let makes = Task {
                while !Task.isCancelled {
                    tenants.make(64)
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let live = try await following
            makes.cancel()
            #expect(Self.flows(live).count == 3, "\(live)")
        }
    }
}
