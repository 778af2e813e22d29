import FlowMetrics
import FlowModel
import Testing

/// Metrics of DNS and HTTP, on records that tests make: Apus captures none yet.
@Suite struct LayerSevenTests {
    private let fixture = Fixture()

    private func dns(
        _ query: String, _ types: [String], isResponse: Bool = false, code: UInt16 = 0, addresses: Int = 0,
        records: [String] = [], _ verdict: Verdict = .forwarded
    ) -> LayerSevenFlow {
        var flow = fixture.flow { ($0.kind, $0.verdict, $0.ipProtocol) = (.layer7, verdict, .udp) }
        flow.attributes.insert(.dns)
        var record = LayerSevenFlow.DNS()
        (record.query, record.queryTypes, record.responseCode) = (query, types, code)
        record.addresses = (0..<addresses).map { IPAddress(v4: UInt32($0)) }
        record.recordTypes = records
        var layer7 = LayerSevenFlow(flow)
        (layer7.record, layer7.isResponse) = (.dns(record), isResponse)
        return layer7
    }

    @Test("dns counts requests, responses, and records by type")
    func dns() throws {
        let records = [
            dns("a.example.", ["A"]), dns("a.example.", ["A", "AAAA"], .dropped),
            dns("a.example.", ["A"], isResponse: true, addresses: 2, records: ["A", "A", "CNAME"]),
            dns("b.example.", ["A"], isResponse: true, code: 3),
            dns("b.example.", ["A"], isResponse: true, code: 99),
        ]
        #expect(
            try fixture.samples("dns", [], records) == [
                #"hubble_dns_queries_total{rcode="",qtypes="A",ips_returned="0"} 1"#,
                #"hubble_dns_queries_total{rcode="Policy denied",qtypes="A,AAAA",ips_returned="0"} 1"#,
                #"hubble_dns_responses_total{rcode="No Error",qtypes="A",ips_returned="2"} 1"#,
                #"hubble_dns_responses_total{rcode="Non-Existent Domain",qtypes="A",ips_returned="0"} 1"#,
                #"hubble_dns_responses_total{rcode="",qtypes="A",ips_returned="0"} 1"#,
                #"hubble_dns_response_types_total{type="A",qtypes="A"} 2"#,
                #"hubble_dns_response_types_total{type="CNAME",qtypes="A"} 1"#,
            ])
    }

    @Test("dns tells queries, and leaves questions for AAAA alone out, if asked to")
    func dnsOptions() throws {
        let records = [dns("a.example.", ["A"]), dns("b.example.", ["A"]), dns("a.example.", ["AAAA"])]
        #expect(
            try fixture.samples("dns:query;ignoreAAAA", [], records) == [
                #"hubble_dns_queries_total{rcode="",qtypes="A",ips_returned="0",query="a.example."} 1"#,
                #"hubble_dns_queries_total{rcode="",qtypes="A",ips_returned="0",query="b.example."} 1"#,
            ])
    }

    private func http(
        _ method: String, _ status: UInt32, milliseconds: UInt64 = 0, trace: String = ""
    ) -> LayerSevenFlow {
        var flow = fixture.flow { ($0.kind, $0.direction) = (.layer7, .egress) }
        if status > 0 {
            swap(&flow.sourceName, &flow.destinationName)
            flow.direction = .ingress
        }
        flow.attributes.insert(.http)
        flow.timeNanoseconds = 1_700_000_000_123_000_000
        var record = LayerSevenFlow.HTTP()
        (record.method, record.version, record.status) = (method, "HTTP/1.1", status)
        var layer7 = LayerSevenFlow(flow)
        (layer7.record, layer7.isResponse) = (.http(record), status > 0)
        (layer7.latencyNanoseconds, layer7.traceID) = (milliseconds * 1_000_000, trace)
        return layer7
    }

    @Test("http counts requests and responses apart, and how long they took")
    func http() throws {
        let samples = try fixture.samples(
            "http:sourceContext=workload-name;destinationContext=workload-name", [],
            [http("GET", 0), http("GET", 200, milliseconds: 30), http("GET", 200, milliseconds: 60_000)])
        #expect(
            samples.filter { !$0.contains("_bucket") } == [
                #"hubble_http_requests_total{source="frontend",destination="backend",method="GET",protocol="HTTP/1.1",reporter="client"} 1"#,
                #"hubble_http_request_duration_seconds_sum{source="backend",destination="frontend",method="GET",reporter="server"} 60.03"#,
                #"hubble_http_request_duration_seconds_count{source="backend",destination="frontend",method="GET",reporter="server"} 2"#,
                #"hubble_http_responses_total{source="backend",destination="frontend",method="GET",protocol="HTTP/1.1",status="200",reporter="server"} 2"#,
            ])
        let buckets = samples.filter { $0.contains("_bucket") }.compactMap { $0.split(separator: " ").last }
        #expect(buckets == ["0", "0", "0", "1", "1", "1", "1", "1", "1", "1", "1", "2"])
    }

    @Test("httpV2 counts responses only, told apart by who asked whom")
    func httpV2() throws {
        let samples = try fixture.samples(
            "httpV2:sourceContext=workload-name;destinationContext=workload-name", [],
            [http("GET", 0), http("GET", 503, milliseconds: 30)])
        #expect(
            samples.first
                == #"hubble_http_requests_total{source="frontend",destination="backend",method="GET",protocol="HTTP/1.1",reporter="server",status="503"} 1"#
        )
        #expect(samples.count { $0.hasPrefix("hubble_http_requests_total") } == 1)
    }

    @Test("An exemplar of HTTP is its trace, in the bucket of its duration")
    func exemplar() throws {
        let metrics = FlowMetrics(try MetricsSettings(flag: "httpV2:exemplars=true"), catalog: fixture.catalog)
        metrics.add(http("GET", 200, milliseconds: 30, trace: "0af7651916cd43dd8448eb211c80319c"))
        let told = metrics.samples(.openMetrics).filter { $0.contains(" # {") }
        let exemplar = #" # {traceID="0af7651916cd43dd8448eb211c80319c"} "#
        #expect(
            told == [
                #"hubble_http_requests_total{method="GET",protocol="HTTP/1.1",reporter="server",status="200"} 1\#(exemplar)1.0 1700000000.123"#,
                #"hubble_http_request_duration_seconds_bucket{method="GET",reporter="server",le="0.05"} 1\#(exemplar)0.03 1700000000.123"#,
            ])
    }
}
