import Foundation
import HTTPTransport
import SQLiteRuntime
import Testing

@testable import FlowAPI

@Suite("A block of the store that is damaged", .timeLimit(.minutes(1)))
struct DamagedStoreTests {
    /// Flows of a block; see `TenantServer`.
    private static let blockFlows = 64

    /// Zeros in the columns of the second block.
    private func damage(_ directory: String) throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory)
        let file = try #require(files.first { $0.hasPrefix("flows-") && $0.hasSuffix(".sqlite") })
        let connection = try Connection(path: directory + "/" + file, mode: .readWrite, busyTimeout: .seconds(5))
        let first = Self.blockFlows + 1
        try connection.execute(
            "UPDATE block_columns SET data = zeroblob(length(data)) WHERE id / 4 = \(first)")
        #expect(connection.changes > 0)
    }

    private struct Coverage: Decodable {
        struct Numbers: Decodable {
            let damaged_blocks: Int
            let damaged_flows: String
            let lost: [String: String]
        }
        let coverage: Numbers
    }

    private func coverage(_ text: some StringProtocol) throws -> Coverage.Numbers {
        try JSONDecoder().decode(Coverage.self, from: Data(text.utf8)).coverage
    }

    @Test("is passed over and told in flows and in all sums, and the rest answers")
    func answers() async throws {
        try await withTenants(AccessRules(["boss": .unrestricted])) { server async throws in
            try damage(server.directory)
            let whole = TenantServer.stored + TenantServer.inMemory - Self.blockFlows
            for order in ["first", "last"] {
                let flows = try await server.get("/v1/flows?\(order)=1000&coverage=true", token: "boss")
                let lines = flows.text.split(separator: "\n")
                #expect(lines.count { $0.hasPrefix("{\"flow\":") } == whole, "\(order)")
                let gaps = lines.filter { $0.contains("\"place\":\"history_damage\"") }
                #expect(gaps.count == 1 && gaps[0].contains("\"num_events_lost\":\"64\""), "\(order): \(gaps)")
                let told = try coverage(try #require(lines.last))
                #expect(told.damaged_blocks == 1 && told.damaged_flows == "64", "\(order)")
            }
            for path in ["/v1/drops", "/v1/series?by=verdict&step=7d", "/v1/graph"] {
                let answer = try await server.get(path, token: "boss")
                let told = try coverage(answer.text)
                #expect(answer.status == 200 && told.damaged_blocks == 1 && told.damaged_flows == "64", "\(path)")
            }
        }
    }
}
