import FlowCatalog
import FlowModel
import Testing

@testable import FlowFilter

@Suite("A filter by node or by a flow's identifier")
struct OriginTests {
    private static let uuid = "01234567-89ab-8cde-8000-000000000005"
    private static let origin = FlowOrigin(nodeName: "east/node-1") { $0 == uuid ? 5 : nil }

    /// Of flows 1 to 9.
    private static func matching(_ items: [(String, String)]) throws -> [UInt64] {
        let request = try FlowRequest(queryItems: items.map { (name: $0.0, value: $0.1) }, now: 0, of: origin)
        var filter = CompiledFilter(request.filter, catalog: FlowCatalog())
        return (1...9).filter { sequence in
            var flow = Flow()
            flow.sequence = sequence
            return filter.matches(flow)
        }
    }

    @Test(
        "by node lets all flows through or none",
        arguments: [
            ("node-1", true), ("east/node-1", true), ("east/", true), ("n*1", true), ("west/node-1", false),
            ("node-2", false), ("*/*", true),
        ])
    func nodes(pattern: String, isMet: Bool) throws {
        #expect(try Self.matching([("node-name", pattern)]).count == (isMet ? 9 : 0))
        #expect(try Self.matching([("not", ""), ("node-name", pattern)]).count == (isMet ? 0 : 9))
        #expect(try Self.matching([("node-name", "other"), ("node-name", pattern)]).count == (isMet ? 9 : 0))
    }

    @Test("by identifier lets that flow through, and for one of elsewhere none")
    func identifiers() throws {
        let foreign = "11234567-89ab-8cde-8000-000000000005"
        #expect(try Self.matching([("uuid", Self.uuid)]) == [5])
        #expect(try Self.matching([("uuid", foreign)]) == [])
        #expect(try Self.matching([("uuid", Self.uuid), ("uuid", foreign)]) == [5])
        #expect(try Self.matching([("not", ""), ("uuid", Self.uuid)]).count == 8)
        let request = try FlowRequest(queryItems: [(name: "uuid", value: Self.uuid)], now: 0, of: Self.origin)
        #expect(request.filter.sequences == 5...5)
    }

    @Test("that cannot be read is refused", arguments: [("uuid", "5"), ("node-name", "a/b/c"), ("node-name", "")])
    func refused(name: String, value: String) {
        #expect(throws: FilterError.self) { try Self.matching([(name, value)]) }
    }
}
