import FlowCatalog
import FlowFilter
import FlowHistory
import FlowModel
import FlowObserver
import FlowRing
import Foundation
import SyntheticTraffic

/// The store: written at full speed, and then asked.
enum HistoryBenchmarks {
    static let groups = [
        BenchmarkGroup(name: "history") { try await Workload.withDirectory { try run($0) } }
    ]

    private static let flows = 5_000_000
    private static let batch = 1_024
    /// Between two flows, so that the whole is half an hour.
    private static let stepNanoseconds: UInt64 = 360_000

    private static func run(_ directory: String) throws -> [Reading] {
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(HistorySettings(directory: directory), catalog: catalog)
        let source = SyntheticDirectory(Workload.cluster, catalog: catalog).flows(Workload.cluster, count: 65_536)
        let meter = ProcessMeter()
        try write(source, to: &writer)
        try writer.close()
        let seconds = meter.nanoseconds / 1e9
        let bytes = try FileManager.default.attributesOfItem(atPath: directory + "/history.sqlite")[.size] as? Int ?? 0
        var readings = [
            Reading("history.write", "flows/s", Double(flows) / seconds),
            Reading("history.bytes_per_flow", "bytes", Double(bytes) / Double(flows)),
        ]
        let observer = FlowObserver(
            catalog: catalog, ring: BroadcastRing(capacity: 2, start: UInt64(flows) + 1), losses: LossLedger(),
            history: .init(directory: directory) { UInt64(flows) })
        let dropped = try ask(observer, [("verdict", "DROPPED"), ("last", "100")], expecting: 100)
        readings.append(Reading("history.last100dropped", "ms", dropped))
        let excluded = try ask(observer, [("verdict", "ERROR"), ("since", "1970-01-01T00:00:00Z")], expecting: 0)
        readings.append(Reading("history.miss.excluded", "ms", excluded))
        let miss = try ask(observer, [("port", "9"), ("since", "1970-01-01T00:00:00Z")], expecting: 0)
        readings.append(Reading("history.miss", "ms", miss))
        return readings
    }

    private static func write(_ source: [Flow], to writer: inout HistoryWriter) throws {
        var sequence = writer.nextSequence
        var time: UInt64 = 1_800_000_000_000_000_000
        var buffer: [Flow] = []
        var start = 0
        while start < flows {
            buffer.removeAll(keepingCapacity: true)
            for index in start..<min(start + batch, flows) {
                var flow = source[index & (source.count - 1)]
                (flow.sequence, flow.timeNanoseconds) = (sequence, time)
                buffer.append(flow)
                sequence += 1
                time += stepNanoseconds
            }
            writer.append(buffer.span)
            _ = try writer.commitIfDue()
            start += batch
        }
    }

    /// Milliseconds by the clock, the store's cache being warm.
    private static func ask(
        _ observer: FlowObserver, _ items: [(name: String, value: String)], expecting count: Int
    ) throws -> Double {
        var milliseconds = 0.0
        for _ in 0..<2 {
            let meter = WallMeter()
            let answer = observer.answer(to: try FlowRequest(queryItems: items, now: 2_000_000_000_000_000_000))
            var flows: [Flow] = []
            var losses: [LostEvent] = []
            while case .more = try answer.step(into: &flows, losses: &losses, limit: 4_096) {}
            guard flows.count == count else { throw Obstacle("\(flows.count) flows answer \(items)") }
            milliseconds = meter.nanoseconds / 1e6
        }
        return milliseconds
    }
}
