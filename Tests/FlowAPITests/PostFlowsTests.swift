import Foundation
import HTTPTransport
import Testing

@testable import FlowAPI

@Suite("A GetFlowsRequest as a body")
struct PostFlowsTests {
    private static let json: HTTPFields = ["content-type": "application/json; charset=utf-8"]

    private func lines(_ body: String, _ query: [(String, String)] = []) throws -> [[String: Any]] {
        let served = Served(ringCapacity: 64)
        served.make(30)
        let answer = served.ask(query, method: "POST", Self.json, body: body)
        guard case .streaming(200, _, let stream) = answer else {
            Issue.record("\(answer.text ?? "")")
            return []
        }
        let follower = Follower(stream, on: served.loop)
        follower.drain()
        return try follower.text.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
    }

    @Test("is answered as the query of the same meaning is")
    func meaning() throws {
        #expect(try lines("{}").count == 20)
        #expect(try lines(#"{"number":"3"}"#).count == 3)
        let dropped = #"{"whitelist":[{"verdict":["DROPPED"],"destinationPort":["1-12"]}],"number":100}"#
        #expect(try lines(dropped).count == 4)
        #expect(try lines(#"{"blacklist":[{"verdict":["DROPPED"]}],"number":100}"#).count == 20)
        let masked = try lines(#"{"number":1,"field_mask":{"paths":["verdict","Type"]}}"#)
        #expect((masked[0]["flow"] as? [String: Any])?.keys.sorted() == ["Type", "verdict"])
        let comma = try lines(#"{"number":1,"fieldMask":"verdict,nodeName"}"#)
        #expect((comma[0]["flow"] as? [String: Any])?.keys.sorted() == ["node_name", "verdict"])
        #expect(try lines("{}", [("cursor", "01010101-28"), ("coverage", "true")]).count == 3)
    }

    @Test(
        "that cannot be understood is refused with the path of what is at fault",
        arguments: [
            ("[", "body"), ("[]", "body"), (#"{"numbr":3}"#, "numbr"), (#"{"number":-1}"#, "number"),
            (#"{"since":"yesterday"}"#, "since"), (#"{"first":true,"follow":true}"#, "first"),
            (#"{"whitelist":[{},{"sauce_pod":["a"]}]}"#, "whitelist[1].sauce_pod"),
            (#"{"whitelist":[{"verdict":["DROPPED","LOST"]}]}"#, "whitelist[0].verdict[1]"),
            (#"{"blacklist":[{"source_ip":["10.0.0.300"]}]}"#, "blacklist[0].source_ip[0]"),
            (#"{"whitelist":[{"http_path":["/"]}]}"#, "whitelist[0].http_path"),
            (#"{"whitelist":[3]}"#, "whitelist[0]"), (#"{"field_mask":{"paths":["vrdict"]}}"#, "field_mask"),
            (#"{"field_mask":{"path":[]}}"#, "field_mask"),
        ])
    func refused(body: String, path: String) {
        let answer = Served(ringCapacity: 16).ask([], method: "POST", Self.json, body: body)
        #expect(answer.status == 400)
        #expect(answer.problem?["parameter"] as? String == path, "\(answer.text ?? "")")
    }

    @Test("is JSON, not too long, and has no filters beside it in the query")
    func form() {
        let served = Served(ringCapacity: 16)
        #expect(served.ask([], method: "POST", ["content-type": "text/plain"], body: "{}").status == 415)
        #expect(served.ask([], method: "POST", body: "{}").status == 415)
        let long = "{}" + String(repeating: " ", count: GetFlowsBody.mostBytes)
        let answer = served.ask([], method: "POST", Self.json, body: long)
        #expect(answer.status == 413 && answer.text?.contains("\(GetFlowsBody.mostBytes)") == true)
        let filters = String(repeating: "{},", count: 1_024) + "{}"
        #expect(served.ask([], method: "POST", Self.json, body: #"{"whitelist":[\#(filters)]}"#).status == 400)
        #expect(served.ask([("verdict", "DROPPED")], method: "POST", Self.json, body: "{}").status == 400)
    }
}
