import FlowCatalog
import FlowMetrics
import FlowModel
import Synchronization
import Testing

/// Both formats, as texts.
@Suite struct TextTests {
    private let fixture = Fixture()

    @Test("OpenMetrics names a counter's family without its ending, tells exemplars, and has an end")
    func openMetrics() throws {
        let metrics = FlowMetrics(try MetricsSettings(flag: "drop:exemplars"), catalog: fixture.catalog)
        let flows = [7, 8 as UInt64].map { sequence in
            fixture.flow {
                ($0.kind, $0.verdict, $0.dropReason) = (.drop, .dropped, .policyDenied)
                ($0.sequence, $0.timeNanoseconds) = (sequence, 1_700_000_000_005_000_000)
            }
        }
        metrics.add(flows.span)
        #expect(
            metrics.text(.openMetrics) == """
                # HELP hubble_drop Dropped flows by Hubble's reason and protocol.
                # TYPE hubble_drop counter
                hubble_drop_total{protocol="TCP",reason="POLICY_DENIED"} 2 # {flow_uuid="uuid-8"} 1.0 1700000000.005
                # EOF

                """)
        #expect(
            metrics.text() == """
                # HELP hubble_drop_total Dropped flows by Hubble's reason and protocol.
                # TYPE hubble_drop_total counter
                hubble_drop_total{protocol="TCP",reason="POLICY_DENIED"} 2

                """)
    }

    @Test("A histogram has cumulative buckets, a sum and a count; bounds are written as each format has them")
    func histogram() {
        let durations = Histogram(HistogramBuckets([500_000_000, 1_000_000_000], unit: 1e9))
        for value in [100_000_000, 500_000_000, 700_000_000, 3_000_000_000] as [UInt64] { durations.observe(value) }
        func text(_ format: MetricsText.Format) -> String {
            var text = MetricsText(format)
            text.histogram("x_seconds", [("a", "b")], durations.buckets, counts: durations.counts, sum: durations.sum)
            return String(decoding: text.bytes, as: UTF8.self)
        }
        #expect(
            text(.prometheus) == """
                x_seconds_bucket{a="b",le="0.5"} 2
                x_seconds_bucket{a="b",le="1"} 3
                x_seconds_bucket{a="b",le="+Inf"} 4
                x_seconds_sum{a="b"} 4.3
                x_seconds_count{a="b"} 4

                """)
        #expect(text(.openMetrics).contains(#"le="1.0"} 3"#))
    }

    @Test("Numbers are written whole where they are whole, and as large as they come")
    func numbers() {
        var text = MetricsText(.prometheus)
        for value in [0, 9, 10, 1_234_567_890, UInt64.max] { text.sample("n", [], value) }
        for value in [0.5, 3, 1e300, -.infinity, .nan] { text.sample("d", [], value) }
        #expect(
            String(decoding: text.bytes, as: UTF8.self) == """
                n 0
                n 9
                n 10
                n 1234567890
                n 18446744073709551615
                d 0.5
                d 3
                d 1e+300
                d -Inf
                d NaN

                """)
    }

    @Test("While flows are counted and the configuration changes, each text is whole and has no series twice")
    func concurrency() async throws {
        let metrics = FlowMetrics(try MetricsSettings(flag: "port-distribution"), catalog: fixture.catalog)
        let settings = [
            try MetricsSettings(flag: "port-distribution"), try MetricsSettings(flag: "port-distribution flow"),
        ]
        let flow = fixture.flow()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 0..<400 {
                    let batch = (0..<200).map { number in
                        var flow = flow
                        flow.destinationPort = UInt16(truncatingIfNeeded: round * 200 + number)
                        return flow
                    }
                    metrics.add(batch.span)
                    if round % 16 == 0 { metrics.apply(settings[round / 16 % 2]) }
                    metrics.sweep(every: 10, pods: nil)
                }
            }
            group.addTask {
                for _ in 0..<60 {
                    let samples = metrics.samples().map { $0.prefix { $0 != " " } }
                    #expect(Set(samples).count == samples.count)
                    #expect(samples.allSatisfy { $0.hasSuffix("}") })
                }
            }
        }
        #expect(metrics.samples().filter { $0.hasPrefix("hubble_port") }.count == 10_001)
    }
}
