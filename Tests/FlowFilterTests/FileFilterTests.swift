import FlowCatalog
import FlowModel
import Testing

@testable import FlowFilter

@Suite("Filters on what only files tell")
struct FileFilterTests {
    private static let details: FlowDetails = {
        var details = FlowDetails()
        details.uuid = "01234567-89ab-8cde-8000-000000000005"
        details.nodeName = "east/node-1"
        details.nodeLabels = ["zone=a"]
        details.translatedSource = IPAddress("192.0.2.7")
        details.isEncrypted = true
        details.traceID = "4bf9"
        details.ipTraceID = 9
        var http = FlowDetails.HTTP()
        (http.code, http.method, http.url) = (404, "get", "http://shop/cart/7?x=/y")
        http.headers = [.init(key: "Host", value: "shop")]
        details.layer7 = .init()
        details.layer7?.record = .http(http)
        return details
    }()

    private func passes(_ items: [(String, String)], _ details: FlowDetails?) throws -> Bool {
        let request = try FlowRequest(
            queryItems: items.map { (name: $0.0, value: $0.1) }, now: 0, of: .file,
            accepting: FilterParameter.allCases)
        var flow = Flow()
        flow.kind = .layer7
        flow.verdict = .forwarded
        flow.attributes.insert(.http)
        var filter = CompiledFilter(request.filter, catalog: FlowCatalog())
        return filter.matches(flow, details)
    }

    @Test(
        "choose by it",
        arguments: [
            ("uuid", "01234567-89ab-8cde-8000-000000000005", true),
            ("uuid", "01234567-89ab-8cde-8000-000000000006", false),
            ("node-name", "east/", true), ("node-name", "node-2", false), ("node-label", "zone in (a,b)", true),
            ("node-label", "zone=b", false), ("snat-ip", "192.0.2.0/24", true), ("snat-ip", "192.0.2.8", false),
            ("encrypted", "true", true), ("encrypted", "false", false), ("trace-id", "4bf9", true),
            ("trace-id", "4bf", false),
            ("ip-trace-id", "9", true), ("http-status", "404", true), ("http-status", "4+", true),
            ("http-status", "40+", true), ("http-status", "5+", false), ("http-method", "GET", true),
            ("http-method", "post", false), ("http-path", "^/cart/[0-9]$", true), ("http-path", "y", false),
            ("http-url", "x=/y", true), ("http-header", "Host:shop", true), ("http-header", "host:shop", false),
            ("type", "l7", true), ("type", "trace-sock", false), ("protocol", "http", true), ("protocol", "dns", false),
            ("dns-query", ".", false), ("where", "http.status == 404 and node == node-1", true),
            ("where", "not encrypted", false),
            ("cel-expression", "_flow.l7.http.code == 404u && has(_flow.l7.http)", true),
        ])
    func chooses(name: String, value: String, isMet: Bool) throws {
        #expect(try passes([(name, value)], Self.details) == isMet)
        #expect(try passes([("not", ""), (name, value)], Self.details) == !isMet)
    }

    @Test("choose none where it is not told, but for what is not encrypted")
    func untold() throws {
        #expect(try !passes([("http-status", "404")], nil))
        #expect(try !passes([("node-name", "node-1")], nil))
        #expect(try passes([("encrypted", "false")], nil))
    }

    @Test("are refused where flows are captured, and with a type that leaves them out")
    func refused() {
        for name in ["http-status", "node-label", "encrypted", "snat-ip", "trace-id"] {
            let error = #expect(throws: FilterError.self) { try request("\(name)=404") }
            #expect(error?.description.contains("Apus does not") == true)
        }
        let error = #expect(throws: FilterError.self) { try passes([("type", "drop"), ("http-status", "404")], nil) }
        #expect(error?.description.contains("leaves out l7") == true)
        for status in ["6", "4", "404+", "4x", "+", "0+"] {
            #expect(throws: FilterError.self) { try passes([("http-status", status)], nil) }
        }
    }
}
