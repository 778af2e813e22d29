import FlowCatalog
import FlowMetrics
import FlowModel
import Testing

/// The limit of series, and what becomes of what is beyond it.
@Suite struct BudgetTests {
    private static let ports = 65_535
    private static let sources = 100

    /// Of the samples, the values whose line has all these texts.
    private func sum(_ samples: [String], _ parts: String...) -> UInt64 {
        samples.filter { line in parts.allSatisfy(line.contains) }
            .compactMap { UInt64($0.split(separator: " ").last ?? "") }.reduce(0, +)
    }

    @Test("A port scanner of 100 sources meets the limit; memory is bounded, the overflow is told, and sums stay right")
    func portScanner() throws {
        let fixture = Fixture()
        let scanners = (0..<Self.sources).map { number in
            fixture.catalog.endpoints.intern(
                Endpoint(identity: Identity(rawValue: 999), namespace: "bad", podName: "scan-\(number)"))
        }
        var settings = try MetricsSettings(
            flag: "port-distribution:sourceContext=pod;destinationContext=pod flow:sourceContext=pod drop")
        settings.seriesLimit = 10_000
        let metrics = FlowMetrics(settings, catalog: fixture.catalog)
        let known = fixture.flow()
        metrics.add([known].span)
        var batch = scanners.map { scanner in fixture.flow { $0.sourceEndpoint = scanner } }
        for port in 1...UInt16.max {
            for index in batch.indices { batch[index].destinationPort = port }
            metrics.add(batch.span)
        }
        metrics.add([known].span)
        let samples = metrics.samples()
        let all = UInt64(Self.ports * Self.sources)
        #expect(sum(samples, "hubble_port_distribution_total") == all + 2)
        // What was there before is counted on.
        #expect(
            samples.contains(
                #"hubble_port_distribution_total{source="web/frontend-1",destination="shop/backend-1",protocol="TCP",port="80"} 2"#
            ))
        // Who scans can be told all the time.
        let scanner = #"source="bad/scan-7""#
        #expect(sum(samples, "hubble_port_distribution_total", scanner) == UInt64(Self.ports))
        #expect(sum(samples, "hubble_port_distribution_total", scanner, #"port="_overflow""#) > 60_000)
        // Other metrics do not notice.
        #expect(sum(samples, "hubble_flows_processed_total", scanner) == UInt64(Self.ports))
        #expect(samples.count { $0.contains("hubble_flows_processed_total") } == Self.sources + 1)
        let (families, memory) = metrics.readings()
        let ports = try #require(families.first { $0.name == "hubble_port_distribution_total" })
        #expect(ports.series == 10_000 && ports.limit == 10_000)
        #expect(ports.overflowed == sum(samples, "hubble_port_distribution_total", "_overflow"))
        #expect(samples.count { $0.contains("hubble_port_distribution_total") } == 10_000 + Self.sources)
        #expect(memory < 4 << 20)
        #expect(families.filter { $0.name != ports.name }.allSatisfy { $0.overflowed == 0 })
    }

    @Test("Addresses beyond the limit share one class; what was known before stays apart")
    func addresses() throws {
        let fixture = Fixture()
        var settings = try MetricsSettings(flag: "tcp:sourceContext=ip;destinationContext=namespace")
        settings.seriesLimit = 100
        let metrics = FlowMetrics(settings, catalog: fixture.catalog)
        let memoryBytes = metrics.readings().memoryBytes
        func flow(_ number: UInt32) -> Flow {
            fixture.flow {
                $0.source = IPAddress(v4: 0x0a00_0000 + number)
                $0.tcpFlags = .syn
            }
        }
        let first = (0..<100).map { flow(UInt32($0)) }
        metrics.add(first.span)
        for start in stride(from: 100, to: 100_100, by: 100) {
            let batch = (start..<start + 100).map { flow(UInt32($0)) }
            metrics.add(batch.span)
        }
        metrics.add(first.span)
        let samples = metrics.samples()
        #expect(samples.count == 101)
        #expect(sum(samples, "_overflow") == 100_000)
        #expect(
            samples.contains(
                #"hubble_tcp_flags_total{source="_overflow",destination="_overflow",flag="SYN",family="IPv4"} 100000"#))
        #expect(sum(samples, #"source="10.0.0.42""#) == 2)
        #expect(metrics.readings().memoryBytes < memoryBytes + 128 << 10)
    }

    @Test("More sets of labels than are kept between look-ups neither lose flows nor mix them up")
    func manyProfiles() throws {
        let fixture = Fixture()
        let names = (0..<8).map { number in
            fixture.catalog.endpoints.intern(
                Endpoint(identity: Identity(rawValue: 400), namespace: "n\(number)", podName: "pod-\(number)"))
        }
        var settings = try MetricsSettings(flag: "traffic:sourceContext=ip flow:sourceContext=namespace")
        settings.seriesLimit = 1_100
        let metrics = FlowMetrics(settings, catalog: fixture.catalog)
        for number: UInt32 in 0..<2_000 {
            let batch = names.map { name in
                fixture.flow {
                    ($0.source, $0.sourceEndpoint) = (IPAddress(v4: 0x0a00_0000 + number % 1_000), name)
                }
            }
            metrics.add(batch.span)
        }
        let samples = metrics.samples()
        let bytes = samples.filter { $0.contains("apus_traffic_bytes_total") }
        #expect(bytes.count == 1_000)
        #expect(bytes.allSatisfy { $0.hasSuffix(" \(2 * 8 * 120)") })
        let flows = samples.filter { $0.contains("hubble_flows_processed_total") }
        #expect(flows.count == 8)
        #expect(flows.allSatisfy { $0.hasSuffix(" 2000") })
    }

    @Test("Labels with few values stay right in the overflow")
    func boundedLabels() throws {
        let fixture = Fixture()
        var settings = try MetricsSettings(flag: "drop:sourceContext=ip")
        settings.seriesLimit = 1
        let metrics = FlowMetrics(settings, catalog: fixture.catalog)
        let flows = (0..<30).map { number in
            fixture.flow {
                ($0.kind, $0.verdict) = (.drop, .dropped)
                $0.source = IPAddress(v4: UInt32(number))
                $0.dropReason = number % 3 == 0 ? .policyDenied : .policyDeny
                $0.ipProtocol = number % 2 == 0 ? .tcp : .udp
            }
        }
        metrics.add(flows.span)
        let samples = metrics.samples()
        #expect(samples.count == 5)
        for (reason, ipProtocol, count) in [
            ("POLICY_DENIED", "TCP", 5), ("POLICY_DENIED", "UDP", 5), ("POLICY_DENY", "TCP", 10),
            ("POLICY_DENY", "UDP", 10),
        ] as [(String, String, UInt64)] {
            #expect(sum(samples, "reason=\"\(reason)\"", "protocol=\"\(ipProtocol)\"") == count)
        }
    }

    @Test("Types of ICMP messages that nobody sends but a fuzzer do not grow beyond the limit")
    func icmpTypes() throws {
        let fixture = Fixture()
        var settings = try MetricsSettings(flag: "icmp")
        settings.seriesLimit = 80
        let metrics = FlowMetrics(settings, catalog: fixture.catalog)
        for type in UInt8.min...UInt8.max {
            let batch = (UInt8.min...UInt8.max).map { code in
                fixture.flow { ($0.ipProtocol, $0.icmpType, $0.icmpCode) = (.icmp, type, code) }
            }
            metrics.add(batch.span)
        }
        let samples = metrics.samples()
        #expect(samples.count == 81)
        #expect(sum(samples, "hubble_icmp_total") == 65_536)
        #expect(samples.contains(#"hubble_icmp_total{family="IPv4",type="_overflow"} 65456"#))
    }
}
