import FlowCatalog
import FlowMetrics
import FlowModel
import SyntheticTraffic

/// Prometheus' scrapes: of what the synthetic traffic makes, and of 10,000 series.
enum MetricsBenchmarks {
    static let groups = [
        BenchmarkGroup(name: "metrics.cost") { [render()] },
        BenchmarkGroup(name: "metrics.scrape10k") { try await scrape() },
    ]

    private static let series = 10_000
    private static let scrapes = 20

    /// A scrape's text.
    private static func render() -> Reading {
        var tally = FlowTally()
        let flows = Workload.flows
        tally.add(flows.span)
        let names = Workload.directory.catalog.names.elements()
        return rendering("metrics.cost", tally, names)
    }

    private static func rendering(_ name: String, _ tally: FlowTally, _ names: [String]) -> Reading {
        let cost = ThreadMeter.measure {
            for _ in 0..<scrapes { _ = MetricsText.render(tally, PipelineReading(), names: names) }
        }
        return Reading(name, "ms/scrape", cost.nanoseconds / Double(scrapes) / 1e6)
    }

    // MARK: 10,000 series

    /// Processor time of the server for a scrape over one connection, the kernel's work for its socket included; and of that
    /// what making the text takes.
    private static func scrape() async throws -> [Reading] {
        let (tally, names) = try tallyOfManySeries()
        let served = try await APIBenchmarks.serve(
            metrics: { MetricsText.render(tally, PipelineReading(), names: names) }
        ) { address, _, _ in
            let meter = ProcessMeter()
            try APIBenchmarks.h2load([
                "-n", "\(scrapes)", "-c", "1", "-m", "1", "-w", "24", "-W", "24", "http://\(address)/metrics",
            ])
            return [Reading("metrics.scrape10k", "ms/scrape", meter.nanoseconds / Double(scrapes) / 1e6)]
        }
        return served + [rendering("metrics.scrape10k.text", tally, names)]
    }

    /// Every drop reason with every protocol, and then as many of the kernel's reasons as are missing.
    private static func tallyOfManySeries() throws -> (tally: FlowTally, names: [String]) {
        var drops: [Flow] = []
        for reason in 0..<UInt16(256) {
            for ipProtocol in FlowTally.protocols + [IPProtocol(rawValue: 255)] {
                drops.append(drop(reason, ipProtocol))
            }
        }
        var tally = FlowTally()
        tally.add(drops.span)
        let missing = series - count(in: MetricsText.render(tally, PipelineReading(), names: []))
        let names = (0..<missing).map { "KERNEL_DROP_REASON_\($0)" }
        let kernelDrops = names.indices.map { kernelDrop($0) }
        tally.add(kernelDrops.span)
        let made = count(in: MetricsText.render(tally, PipelineReading(), names: names))
        guard made == series else { throw Obstacle("\(made) series") }
        return (tally, names)
    }

    /// A line that is no comment is a series.
    private static func count(in text: String) -> Int {
        text.split(separator: "\n").count { !$0.hasPrefix("#") }
    }

    private static func drop(_ reason: UInt16, _ ipProtocol: IPProtocol) -> Flow {
        var flow = Workload.flows[0]
        (flow.kind, flow.verdict) = (.drop, .dropped)
        (flow.dropReason, flow.ipProtocol) = (DropReason(rawValue: reason), ipProtocol)
        return flow
    }

    /// Of a protocol and a reason of which there are drops already.
    private static func kernelDrop(_ name: Int) -> Flow {
        var flow = drop(0, .tcp)
        (flow.kind, flow.kernelReason) = (.kernelDrop, UInt32(name))
        return flow
    }
}
