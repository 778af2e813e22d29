import FlowCatalog
import FlowMetrics
import FlowModel
import Testing

/// When series go.
@Suite struct ExpiryTests {
    private let fixture = Fixture()

    private func syn(_ endpoint: UInt32) -> Flow {
        fixture.flow {
            $0.sourceEndpoint = endpoint
            $0.tcpFlags = .syn
        }
    }

    private func metrics(_ flag: String, idle: Int = 0, deleted: Int = 60) throws -> FlowMetrics {
        var settings = try MetricsSettings(flag: flag)
        (settings.idleSeconds, settings.deletedSeconds) = (idle, deleted)
        return FlowMetrics(settings, catalog: fixture.catalog)
    }

    private func sources(_ metrics: FlowMetrics) -> Set<Substring> {
        Set(metrics.samples().map { $0.split(separator: "\"")[1] })
    }

    @Test(
        "A series that counts nothing for the set time goes, one that counts stays, and begins anew when it comes again"
    )
    func idle() throws {
        let metrics = try metrics("tcp:sourceContext=pod", idle: 60)
        metrics.add([syn(fixture.frontend), syn(fixture.backend)].span)
        for _ in 0..<6 {
            metrics.sweep(every: 10, pods: nil)
            metrics.add([syn(fixture.backend)].span)
            #expect(sources(metrics).count == 2)
        }
        metrics.sweep(every: 10, pods: nil)
        #expect(sources(metrics) == ["shop/backend-1"])
        #expect(metrics.readings().families[0].expiredIdle == 1)
        metrics.add([syn(fixture.frontend)].span)
        #expect(metrics.samples().contains { $0.contains("frontend") && $0.hasSuffix(" 1") })
        #expect(metrics.samples().contains { $0.contains("backend-1") && $0.hasSuffix(" 7") })
    }

    @Test("Series of a pod that is gone go after the set time, those of a pod that came back do not")
    func deleted() throws {
        let metrics = try metrics(
            "tcp:sourceContext=pod icmp:labelsContext=destination_pod,destination_namespace drop:sourceContext=workload"
        )
        let ping = fixture.flow { ($0.ipProtocol, $0.icmpType) = (.icmp, 8) }
        let drop = fixture.flow { ($0.kind, $0.verdict) = (.drop, .dropped) }
        metrics.add([syn(fixture.frontend), syn(fixture.backend), ping, drop].span)
        let all: Set = ["web/frontend-1", "shop/backend-1"]
        for _ in 0..<5 { metrics.sweep(every: 10, pods: all.subtracting(["shop/backend-1"])) }
        metrics.sweep(every: 10, pods: all)
        for _ in 0..<6 { metrics.sweep(every: 10, pods: all.subtracting(["shop/backend-1"])) }
        #expect(metrics.samples().count == 4)
        metrics.sweep(every: 10, pods: all.subtracting(["shop/backend-1"]))
        let samples = metrics.samples()
        #expect(samples.count == 2 && !samples.contains { $0.contains("backend-1") })
        // A workload outlives its pods.
        for _ in 0..<20 { metrics.sweep(every: 10, pods: []) }
        #expect(
            metrics.samples() == [
                #"hubble_drop_total{source="web/frontend",protocol="TCP",reason="DROP_REASON_UNKNOWN"} 1"#
            ])
        #expect(metrics.readings().families.map(\.expiredDeleted) == [2, 1, 0])
    }

    @Test("What expires makes room below the limit, for others than before")
    func room() throws {
        var settings = try MetricsSettings(flag: "tcp:sourceContext=ip")
        (settings.seriesLimit, settings.idleSeconds) = (10, 10)
        let metrics = FlowMetrics(settings, catalog: fixture.catalog)
        func batch(_ numbers: Range<UInt32>) -> [Flow] {
            numbers.map { number in
                fixture.flow {
                    $0.source = IPAddress(v4: number)
                    $0.tcpFlags = .syn
                }
            }
        }
        for round in 0..<5 as Range<UInt32> {
            let flows = batch(round * 100..<round * 100 + 10)
            metrics.add(flows.span)
            #expect(metrics.samples().count == 10 && !metrics.text().contains("_overflow"))
            metrics.sweep(every: 10, pods: nil)
            metrics.sweep(every: 10, pods: nil)
            #expect(metrics.samples().isEmpty)
        }
        #expect(metrics.readings().families[0].expiredIdle == 50)
    }

    @Test("Metrics that another configuration leaves as they are count on, others begin and end")
    func reconfiguration() throws {
        let metrics = try metrics("tcp:sourceContext=pod flow")
        metrics.add([syn(fixture.frontend)].span)
        var next = try MetricsSettings(flag: "drop tcp:sourceContext=pod traffic:sourceContext=pod")
        (next.idleSeconds, next.deletedSeconds) = (0, 60)
        metrics.apply(next)
        metrics.add([syn(fixture.frontend)].span)
        #expect(
            metrics.samples() == [
                #"hubble_tcp_flags_total{source="web/frontend-1",flag="SYN",family="IPv4"} 2"#,
                #"apus_traffic_bytes_total{source="web/frontend-1",direction="egress",verdict="FORWARDED"} 120"#,
                #"apus_traffic_packets_total{source="web/frontend-1",direction="egress",verdict="FORWARDED"} 2"#,
            ])
        metrics.apply(MetricsSettings(metrics: []))
        metrics.add([syn(fixture.frontend)].span)
        #expect(metrics.text() == "")
    }
}
