import Console
import FlowModel
import FlowWire
import Foundation
import SyntheticTraffic
import SystemRuntime

/// Flows as `apus observe` prints them: from the ring's records to bytes for standard output.
enum ConsoleBenchmarks {
    private static let rounds = 3

    static func groups(apus: String) -> [BenchmarkGroup] {
        [
            BenchmarkGroup(name: "cli.compact") { [Reading("cli.compact", "ns/line", print(.compact))] },
            BenchmarkGroup(name: "cli.json") { [Reading("cli.json", "ns/line", print(.json))] },
            BenchmarkGroup(name: "cli.file", mostRuns: 3) {
                try await Workload.withDirectory { try readFile(apus, $0) }
            },
        ]
    }

    private static let fileFlows = 1_000_000

    /// `apus observe --input-file` over a million flows, and what it holds of memory after a tenth of them and after all.
    private static func readFile(_ apus: String, _ directory: String) throws -> [Reading] {
        let (whole, tenth) = ("\(directory)/flows.json", "\(directory)/tenth.json")
        try write(fileFlows, to: whole)
        try write(fileFlows / 10, to: tenth)
        defer { for path in [whole, tenth] { try? FileManager.default.removeItem(atPath: path) } }
        func run(_ path: String, _ arguments: String...) throws -> ChildMeter {
            try ChildMeter(running: apus, ["observe", "--input-file", path] + arguments)
        }
        let compact = try run(whole)
        let json = try run(whole, "--output", "json")
        let filtered = try run(whole, "--where", "verdict == DROPPED and to.port in 80..90")
        let small = try run(tenth)
        let count = Double(fileFlows)
        return [
            Reading("cli.file.compact", "ns/line", compact.nanoseconds / count),
            Reading("cli.file.json", "ns/line", json.nanoseconds / count),
            Reading("cli.file.filter", "ns/line", filtered.nanoseconds / count),
            Reading("cli.file.rss", "bytes", compact.residentBytes),
            Reading("cli.file.rss.growth", "ratio", compact.residentBytes / small.residentBytes),
        ]
    }

    private static func write(_ count: Int, to path: String) throws {
        let flows = Workload.flows
        var encoder = FlowJSONEncoder(
            FlowJSONContext(
                catalog: Workload.directory.catalog, nodeName: SyntheticCluster.nodeName, version: "0.1.0",
                storeID: [UInt8](1...16)))
        let file = try BinaryFile(creating: path)
        var buffer: [UInt8] = []
        for index in 0..<count {
            var flow = flows[index % flows.count]
            flow.sequence = UInt64(index + 1)
            flow.timeNanoseconds &+= UInt64(index) * 1_000
            encoder.append(flow, to: &buffer)
            if buffer.count >= 1 << 20 || index == count - 1 {
                try file.write(buffer)
                buffer.removeAll(keepingCapacity: true)
            }
        }
    }

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
