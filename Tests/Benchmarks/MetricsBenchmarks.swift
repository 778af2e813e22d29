import FlowCatalog
import FlowMetrics
import FlowModel
import SyntheticTraffic

/// Counting for metrics, apart from the pipeline, and Prometheus' scrapes of many series.
enum MetricsBenchmarks {
    static let groups =
        [
            BenchmarkGroup(name: "metrics.recommended") { [count("metrics.recommended", .recommended)] },
            BenchmarkGroup(name: "metrics.heaviest") { [count("metrics.heaviest", heaviest)] },
        ]
        + [(1_000, "1k"), (10_000, "10k"), (100_000, "100k")].map { series, name in
            BenchmarkGroup(name: "metrics.scrape\(name)") { try await scrape("metrics.scrape\(name)", series) }
        }

    /// What Hubble's documentation turns on at most: every metric, told apart by addresses, names and workloads of both
    /// sides.
    static let heaviest = {
        let labels = "labelsContext=source_ip,source_namespace,source_workload,destination_ip,destination_namespace,"
        let context = labels + "destination_workload,traffic_direction"
        let metrics = "dns drop tcp flow port-distribution icmp policy flows-to-world:port httpV2"
        let text = metrics.split(separator: " ").map { $0 + ($0.contains(":") ? ";" : ":") + context }
        do {
            var settings = try MetricsSettings(flag: text.joined(separator: " "))
            settings.seriesLimit = 100_000
            return settings
        } catch { preconditionFailure("\(error)") }
    }()

    private static func count(_ name: String, _ settings: MetricsSettings) -> Reading {
        var registry = MetricRegistry(settings, catalog: Workload.directory.catalog)
        let flows = Workload.flows
        registry.add(flows.span)
        let passages = 16
        let cost = ThreadMeter.measure {
            for _ in 0..<passages { registry.add(flows.span) }
        }
        let total = Double(passages * flows.count)
        return Reading(name, "ns/flow", cost.nanoseconds / total, allocationsPerFlow: cost.allocations / total)
    }

    // MARK: Scrapes

    private static let scrapes = 20

    /// Processor time of the server for a scrape over one connection, the kernel's work for its socket included, as it is
    /// and as gzip; of that what making the text takes; and the text's size.
    private static func scrape(_ name: String, _ series: Int) async throws -> [Reading] {
        let metrics = FlowMetrics(portSettings(series), catalog: Workload.directory.catalog)
        let flows = (0..<series).map(flow)
        metrics.add(flows.span)
        let text: @Sendable (MetricsText.Format) -> [UInt8] = { format in
            var text = MetricsText(format)
            metrics.write(to: &text) { _ in "" }
            text.end()
            return text.bytes
        }
        let size = text(.prometheus)
        guard size.count(where: { $0 == UInt8(ascii: "\n") }) == series + 2 else { throw Obstacle("other series") }
        let cost = ThreadMeter.measure { for _ in 0..<scrapes { _ = text(.prometheus) } }
        let served = try await APIBenchmarks.serve(metrics: text) { address, _, _ in
            [
                try load(name, "http://\(address)/metrics", []),
                try load(name + ".gzip", "http://\(address)/metrics", ["-H", "accept-encoding: gzip"]),
            ]
        }
        return served + [
            Reading(name + ".text", "ms/scrape", cost.nanoseconds / Double(scrapes) / 1e6),
            Reading(name + ".bytes", "B/series", Double(size.count) / Double(series)),
        ]
    }

    private static func load(_ name: String, _ address: String, _ arguments: [String]) throws -> Reading {
        let meter = ProcessMeter()
        try APIBenchmarks.h2load(
            ["-n", "\(scrapes)", "-c", "1", "-m", "1", "-w", "24", "-W", "24"] + arguments + [address])
        return Reading(name, "ms/scrape", meter.nanoseconds / Double(scrapes) / 1e6)
    }

    private static func portSettings(_ series: Int) -> MetricsSettings {
        do {
            var settings = try MetricsSettings(
                flag:
                    "port-distribution:labelsContext=source_namespace,source_workload,destination_namespace,destination_pod"
            )
            settings.seriesLimit = series
            return settings
        } catch { preconditionFailure("\(error)") }
    }

    /// Each of another port, between pods of which there are 1,000.
    private static func flow(_ number: Int) -> Flow {
        var flow = Workload.flows[number % 1_000]
        (flow.kind, flow.verdict, flow.ipProtocol) = (.trace, .forwarded, number < 65_536 ? .tcp : .udp)
        flow.attributes = [.ip, .layer4, .replyKnown]
        flow.destinationPort = UInt16(truncatingIfNeeded: number)
        return flow
    }
}
