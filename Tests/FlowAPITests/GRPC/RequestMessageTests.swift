import FlowCatalog
import FlowFilter
import FlowModel
import FlowWire
import HubbleMessages
import SwiftProtobuf
import Testing

@testable import FlowAPI

@Suite("Hubble's GetFlowsRequest")
struct RequestMessageTests {
    private static let context = FlowJSONContext(
        catalog: FlowCatalog(), nodeName: "node-1", version: "1", storeID: Array(repeating: 1, count: 16))

    private static func read(_ change: (inout Observer_GetFlowsRequest) -> Void) throws -> FlowRequest {
        var message = Observer_GetFlowsRequest()
        change(&message)
        return try FlowRequest(message, context)
    }

    private static func entry(_ change: (inout Flow_FlowFilter) -> Void) throws -> FilterSpec {
        try read { $0.whitelist = [.with(change)] }.filter
    }

    private static func refusal(_ change: (inout Flow_FlowFilter) -> Void) -> FilterError? {
        #expect(throws: FilterError.self) { try entry(change) }
    }

    private static func passes(_ spec: FilterSpec, _ flow: Flow) -> Bool {
        var filter = CompiledFilter(spec, catalog: FlowCatalog())
        return filter.matches(flow)
    }

    @Test(
        "counts from the newest flow, from the oldest with first or since, and does not end with follow",
        arguments: [
            ("number: 5", nil, 5), ("number: 5 first: true", 5, nil), ("number: 5 since: {seconds: 1}", 5, nil),
            ("number: 5 follow: true", nil, 5), ("number: 5 follow: true since: {seconds: 1}", nil, nil),
            ("first: true", nil, nil), ("", nil, nil), ("number: 18446744073709551615", nil, nil),
        ] as [(String, Int?, Int?)])
    func numbers(_ text: String, _ first: Int?, _ last: Int?) throws {
        let request = try FlowRequest(Observer_GetFlowsRequest(textFormatString: text), Self.context)
        #expect(request.first == first)
        #expect(request.last == last)
        #expect(request.follow == text.contains("follow"))
    }

    @Test("has times to the nanosecond, and refuses those that are none")
    func times() throws {
        let request = try Self.read {
            $0.since = .init(seconds: 12, nanos: 34)
            $0.until = .init(seconds: 18_446_744_073, nanos: 709_551_615)
        }
        #expect(request.times == 12_000_000_034...UInt64.max)
        for (seconds, nanos) in [(-1, 0), (1, -1), (1, 1_000_000_000), (18_446_744_074, 0)] as [(Int64, Int32)] {
            let error = #expect(throws: FilterError.self) {
                try Self.read { $0.until = .init(seconds: seconds, nanos: nanos) }
            }
            #expect(error?.parameter == "until")
        }
        let reversed = #expect(throws: FilterError.self) {
            try Self.read {
                $0.since = .init(seconds: 2)
                $0.until = .init(seconds: 1)
            }
        }
        #expect(reversed?.parameter == "since")
    }

    @Test("refuses first together with follow")
    func firstAndFollow() {
        let error = #expect(throws: FilterError.self) {
            try Self.read { ($0.first, $0.follow, $0.number) = (true, true, 3) }
        }
        #expect(error?.description == "first: cannot be specified with follow")
    }

    @Test("allows what any entry of the whitelist matches, and denies what any of the blacklist does")
    func lists() throws {
        let request = try Self.read {
            $0.whitelist = [.with { $0.verdict = [.dropped] }, .with { $0.destinationPort = ["80"] }]
            $0.blacklist = [.with { $0.protocol = ["UDP"] }]
        }
        var flow = Flow()
        (flow.verdict, flow.ipProtocol, flow.destinationPort) = (.forwarded, .tcp, 80)
        flow.attributes = [.ip, .layer4]
        #expect(Self.passes(request.filter, flow))
        flow.destinationPort = 81
        #expect(!Self.passes(request.filter, flow))
        flow.verdict = .dropped
        #expect(Self.passes(request.filter, flow))
        flow.ipProtocol = .udp
        #expect(!Self.passes(request.filter, flow))
    }

    @Test("with an empty entry allows everything, or denies it")
    func emptyEntries() throws {
        #expect(Self.passes(try Self.entry { _ in }, Flow()))
        #expect(!Self.passes(try Self.read { $0.blacklist = [.init()] }.filter, Flow()))
    }

    @Test("maps each field to the condition of the query parameter of that meaning")
    func fields() throws {
        let pairs: [(String, String)] = [
            (#"source_pod: "shop/cart""#, "from-pod=shop/cart"), (#"destination_pod: "cart""#, "to-pod=cart"),
            (#"source_ip: "10.0.0.0/8""#, "from-ip=10.0.0.0/8"), (#"destination_ip: "fd00::1""#, "to-ip=fd00::1"),
            (#"source_port: "80""#, "from-port=80"), (#"destination_port: "443""#, "to-port=443"),
            (#"source_fqdn: "*.example.org""#, "from-fqdn=*.example.org"),
            (#"destination_fqdn: "a.b""#, "to-fqdn=a.b"), (#"source_label: "app in (a,b)""#, "from-label=app in (a,b)"),
            (#"destination_label: "!x""#, "to-label=!x"), (#"source_service: "shop/""#, "from-service=shop/"),
            (#"destination_service: "web""#, "to-service=web"), (#"source_cluster_name: "c""#, "from-cluster=c"),
            (#"destination_cluster_name: "c""#, "to-cluster=c"), ("source_identity: 2", "from-identity=world"),
            ("destination_identity: 7", "to-identity=7"),
            (#"source_workload: {kind: "Deployment" name: "a"}"#, "from-workload=Deployment/a"),
            (#"destination_workload: {name: "a"}"#, "to-workload=a"), ("verdict: AUDIT", "verdict=AUDIT"),
            ("traffic_direction: EGRESS", "traffic-direction=egress"),
            ("drop_reason_desc: POLICY_DENIED", "drop-reason-desc=133"), (#"protocol: "ICMP""#, "protocol=icmp"),
            ("reply: true", "reply=true"), ("ip_version: IPv6", "ip-version=6"), ("event_type: {type: 1}", "type=drop"),
            ("event_type: {type: 1 match_sub_type: true sub_type: 133}", "type=drop:133"),
            ("event_type: {type: 4 match_sub_type: true}", "type=trace:to-endpoint"),
            ("event_type: {type: 5}", "type=policy-verdict"), ("tcp_flags: {SYN: true ACK: true}", "tcp-flags=SYN,ACK"),
            (#"interface: {name: "eth0"}"#, "interface=eth0"),
        ]
        for (field, item) in pairs {
            let parts = item.split(separator: "=", maxSplits: 1).map(String.init)
            let expected = try FlowRequest(queryItems: [(parts[0], parts[1])], now: 0)
            let message = try Observer_GetFlowsRequest(textFormatString: "whitelist: {\(field)}")
            #expect(try FlowRequest(message, Self.context).filter == expected.filter, "\(field)")
        }
    }

    @Test("can ask for flows without an IP header")
    func withoutIP() throws {
        let spec = try Self.entry { $0.ipVersion = [.ipNotUsed] }
        var flow = Flow()
        #expect(Self.passes(spec, flow))
        flow.attributes = [.ip]
        #expect(!Self.passes(spec, flow))
    }

    @Test("of another node matches nothing in the whitelist, and denies nothing in the blacklist")
    func otherNodes() throws {
        for name in ["node-1", "node-*", "default/node-1", "default/"] {
            #expect(Self.passes(try Self.entry { $0.nodeName = ["other", name] }, Flow()), "\(name)")
        }
        for name in ["node", "east/node-1", "east/"] {
            #expect(!Self.passes(try Self.entry { $0.nodeName = [name] }, Flow()), "\(name)")
            #expect(Self.passes(try Self.read { $0.blacklist = [.with { $0.nodeName = [name] }] }.filter, Flow()))
        }
    }

    @Test(
        "names the field of a value that it cannot read",
        arguments: [
            (#"source_pod: "a/b" source_pod: """#, "source_pod[1]"),
            (#"destination_ip: "10.0.0.0/33""#, "destination_ip[0]"),
            (#"source_port: "http""#, "source_port[0]"), (#"source_fqdn: "a..""#, "source_fqdn[0]"),
            (#"source_label: "a in""#, "source_label[0]"), (#"protocol: "http""#, "protocol[0]"),
            ("verdict: DROPPED verdict: 99", "verdict[1]"), ("drop_reason_desc: 70000", "drop_reason_desc[0]"),
            ("event_type: {type: 129}", "event_type[0]"), ("tcp_flags: {NS: true}", "tcp_flags[0]"),
            ("interface: {index: 3}", "interface[0]"), (#"node_name: "a/b/c""#, "node_name[0]"),
            (#"node_name: """#, "node_name[0]"), (#"http_url: "(""#, "http_url"), (#"dns_query: "a""#, "dns_query"),
            (#"uuid: "a""#, "uuid[0]"), ("encrypted: true", "encrypted"),
            (#"source_ip_xlated: "1.2.3.4""#, "source_ip_xlated"),
            (#"experimental: {cel_expression: "true"}"#, "experimental.cel_expression[0]"),
        ])
    func refusals(_ text: String, _ field: String) throws {
        let message = try Observer_GetFlowsRequest(textFormatString: "blacklist: {} blacklist: {\(text)}")
        let error = #expect(throws: FilterError.self) { try FlowRequest(message, Self.context) }
        #expect(error?.parameter == "blacklist[1].\(field)")
    }

    @Test("can ask for the events that have no sub-type, policy verdicts among them")
    func policyVerdicts() throws {
        var flow = Flow()
        (flow.kind, flow.verdict, flow.dropReason) = (.policyVerdict, .dropped, .policyDenied)
        for (type, subType, isChosen) in [(5, 0, true), (5, 133, false), (0, 0, true), (0, 133, false)] {
            let spec = try Self.entry {
                $0.eventType = [.with { ($0.type, $0.subType, $0.matchSubType) = (Int32(type), Int32(subType), true) }]
            }
            #expect(Self.passes(spec, flow) == isChosen, "\(type), \(subType)")
        }
    }

    @Test("has bounded lists and values")
    func bounds() throws {
        let numbers = FilterLimits.values + 1
        #expect(
            Self.refusal { $0.verdict = .init(repeating: .audit, count: numbers) }?.parameter == "whitelist[0].verdict")
        #expect(
            Self.refusal { $0.sourceIdentity = .init(repeating: 1, count: numbers) }?.parameter
                == "whitelist[0].source_identity")
        let tooMany = FilterLimits.values + 1
        #expect(
            Self.refusal { $0.sourcePort = .init(repeating: "1", count: tooMany) }?.parameter
                == "whitelist[0].source_port")
        let tooLong = String(repeating: "a", count: FilterLimits.valueBytes + 1)
        #expect(Self.refusal { $0.sourcePod = [tooLong] }?.parameter == "whitelist[0].source_pod[0]")
        let entries = #expect(throws: FilterError.self) {
            try Self.read { $0.blacklist = .init(repeating: .init(), count: FilterLimits.conditions + 1) }
        }
        #expect(entries?.parameter == "whitelist")
    }
}

extension Google_Protobuf_Timestamp {
    fileprivate init(seconds: Int64) { self.init(seconds: seconds, nanos: 0) }
}
