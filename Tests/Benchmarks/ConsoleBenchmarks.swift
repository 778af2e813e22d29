import Console
import SyntheticTraffic

/// Flows as `apus observe` prints them: from the ring's records to bytes for standard output.
enum ConsoleBenchmarks {
    private static let rounds = 3

    static let groups = [
        BenchmarkGroup(name: "cli.compact") { [Reading("cli.compact", "ns/line", print(.compact))] },
        BenchmarkGroup(name: "cli.json") { [Reading("cli.json", "ns/line", print(.json))] },
    ]

    /// A line's cost.
    private static func print(_ format: OutputFormat) -> Double {
        let flows = Workload.flows
        var printer = FlowPrinter(
            format: format, catalog: Workload.directory.catalog, nodeName: SyntheticCluster.nodeName)
        var buffer: [UInt8] = []
        let cost = ThreadMeter.measure {
            for _ in 0..<rounds {
                for index in flows.indices {
                    if index & 255 == 0 { buffer.removeAll(keepingCapacity: true) }
                    printer.append(flows[index], to: &buffer)
                }
            }
        }
        return cost.nanoseconds / Double(flows.count * rounds)
    }
}
