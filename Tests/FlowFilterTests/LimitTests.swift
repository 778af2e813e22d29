import FlowFilter
import Testing

@Suite("A request")
struct LimitTests {
    @Test("of more parameters than are accepted is refused with the number, and so is a longer value")
    func limits() throws {
        let ports = (0..<FilterLimits.parameters).map { (name: "port", value: "\($0)") }
        _ = try FlowRequest(queryItems: ports, now: 0)
        let many = #expect(throws: FilterError.self) {
            try FlowRequest(queryItems: ports + [("port", "1")], now: 0)
        }
        #expect(many?.position == 513 && many?.accepted == "at most 512")
        let long = #expect(throws: FilterError.self) {
            try FlowRequest(queryItems: [("namespace", String(repeating: "a", count: 4_097))], now: 0)
        }
        #expect(long?.position == 1 && long?.accepted == "at most 4096 bytes")
    }

    @Test("counts the parameters that are read elsewhere, so that an error names the true place")
    func places() {
        let error = #expect(throws: FilterError.self) {
            try FlowRequest(
                queryItems: [("fields", "a"), ("fields", "b"), ("port", "x")], now: 0, others: ["fields"])
        }
        #expect(error?.position == 3)
    }
}
