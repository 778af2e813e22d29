import FlowCatalog
import FlowFilter
import FlowHistory
import FlowModel
import FlowObserver
import FlowRing
import Foundation
import SyntheticTraffic

/// The store: written at full speed, opened again after its writer was lost, and then asked.
enum HistoryBenchmarks {
    static let groups = [
        BenchmarkGroup(name: "history", mostRuns: 1) { try await Workload.withDirectory { try run($0) } }
    ]

    /// `APUS_BENCH_FLOWS` makes quick runs; the targets are meant for the default.
    private static let flows = ProcessInfo.processInfo.environment["APUS_BENCH_FLOWS"].flatMap { Int($0) } ?? 50_000_000
    private static let batch = 1_024

    private static func run(_ directory: String) throws -> [Reading] {
        let catalog = FlowCatalog()
        let source = SyntheticDirectory(Workload.cluster, catalog: catalog).flows(Workload.cluster, count: 65_536)
        let traffic = HistoryTraffic(source)
        var readings = try write(traffic, directory, catalog)
        let reopened = WallMeter()
        var writer = try HistoryWriter(HistorySettings(directory: directory), catalog: FlowCatalog())
        readings.append(Reading("history.reopen", "ms", reopened.nanoseconds / 1e6))
        let last = writer.nextSequence - 1
        try writer.commit()
        try writer.close()
        let bytes = try FileManager.default.contentsOfDirectory(atPath: directory).reduce(0) {
            $0 + (try FileManager.default.attributesOfItem(atPath: directory + "/" + $1)[.size] as? Int ?? 0)
        }
        readings.append(Reading("history.bytes_per_flow", "bytes", Double(bytes) / Double(flows)))
        let observer = FlowObserver(
            catalog: catalog, ring: BroadcastRing(capacity: 2, start: last + 1), losses: LossLedger(),
            history: .init(directory: directory) { last })
        readings += try ask(observer, catalog, source)
        readings.append(try aggregate(directory))
        return readings + (try HistoryBaseline.run(directory, traffic))
    }

    // MARK: Writing

    /// Processor time of all threads, without that of making the flows. The writer is not closed.
    private static func write(
        _ traffic: HistoryTraffic, _ directory: String, _ catalog: FlowCatalog
    ) throws -> [Reading] {
        var traffic = traffic
        var writer = try HistoryWriter(HistorySettings(directory: directory), catalog: catalog)
        var buffer: [Flow] = []
        var making = ThreadMeter.Cost()
        let meter = ProcessMeter()
        for start in stride(from: 0, to: flows, by: batch) {
            making =
                making
                + ThreadMeter.measure {
                    traffic.fill(&buffer, from: UInt64(start + 1), count: min(batch, flows - start))
                }
            writer.append(buffer.span)
            _ = try writer.commitIfDue()
        }
        try writer.commit()
        let seconds = (meter.nanoseconds - making.nanoseconds) / 1e9
        return [Reading("history.write", "flows/s", Double(flows) / seconds)]
    }

    // MARK: Asking

    private static func ask(_ observer: FlowObserver, _ catalog: FlowCatalog, _ source: [Flow]) throws -> [Reading] {
        let endpoints = catalog.endpoints.elements()
        let drop = source.first { $0.verdict == .dropped && $0.sourceEndpoint != 0 }
        let (rare, often) = (Self.endpoint(source, rank: 200), Self.endpoint(source, rank: 0))
        guard let drop else { throw Obstacle("nothing is dropped") }
        let hour = [("since", time(hours: 0.25)), ("until", time(hours: 1.25))]
        let day = [("since", time(hours: 0))]
        let namespace = [("namespace", endpoints[Int(drop.sourceEndpoint)].namespace), ("verdict", "DROPPED")]
        func pod(_ index: UInt32) -> String { endpoints[Int(index)].namespace + "/" + endpoints[Int(index)].podName }
        return [
            try time("history.last100dropped", observer, [("verdict", "DROPPED"), ("last", "100")], 100...100),
            try time("history.namespace_hour", observer, namespace + hour, 1...),
            try time("history.pod_day", observer, day + [("pod", pod(rare))], 1...),
            // The address of a service that nobody has, and a pod that is in each block.
            try time("history.miss", observer, day + [("pod", pod(often)), ("ip", "192.0.2.1")], 0...0),
            try time("history.miss.excluded", observer, day + [("verdict", "ERROR")], 0...0),
        ]
    }

    /// The endpoint that is so many places behind the most frequent one.
    private static func endpoint(_ source: [Flow], rank: Int) -> UInt32 {
        let counts = source.reduce(into: [UInt32: Int]()) { $0[$1.sourceEndpoint, default: 0] += 1 }
        return counts.filter { $0.key != 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }[rank].key
    }

    private static func time(hours: Double) -> String {
        let seconds = Double(HistoryTraffic.startNanoseconds) / 1e9 + hours * 3_600
        return ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: seconds))
    }

    /// Milliseconds by the clock, the least of three times, the disk's pages being in memory.
    private static func time(
        _ name: String, _ observer: FlowObserver, _ items: [(name: String, value: String)],
        _ expected: some RangeExpression<Int>
    ) throws -> Reading {
        var milliseconds = Double.infinity
        for _ in 0..<3 {
            let meter = WallMeter()
            let answer = observer.answer(to: try FlowRequest(queryItems: items, now: 2_000_000_000_000_000_000))
            var flows: [Flow] = []
            var losses: [LostEvent] = []
            var count = 0
            while case .more = try answer.step(into: &flows, losses: &losses, limit: 4_096) {
                count += flows.count
                flows.removeAll(keepingCapacity: true)
            }
            count += flows.count
            milliseconds = min(milliseconds, meter.nanoseconds / 1e6)
            guard expected.contains(count) else { throw Obstacle("\(count) flows answer \(items)") }
        }
        return Reading(name, "ms", milliseconds)
    }

    private static func aggregate(_ directory: String) throws -> Reading {
        let start = HistoryTraffic.startNanoseconds + 900_000_000_000
        var milliseconds = Double.infinity
        for _ in 0..<3 {
            let meter = WallMeter()
            var reader = try HistoryReader(directory: directory)
            let sums = try reader.aggregate(
                by: [.sourceEndpoint, .destinationEndpoint, .verdict], times: start...start + 3_600_000_000_000)
            milliseconds = min(milliseconds, meter.nanoseconds / 1e6)
            guard sums.groups.count > 1_000 else { throw Obstacle("\(sums.groups.count) groups") }
        }
        return Reading("history.group_hour", "ms", milliseconds)
    }
}
