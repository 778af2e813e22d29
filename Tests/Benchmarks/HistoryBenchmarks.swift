import FlowCatalog
import FlowFilter
import FlowHistory
import FlowModel
import FlowObserver
import FlowRing
import Foundation
import SyntheticTraffic

/// The store: written at full speed, opened again after its writer was lost, and then asked, in this process and through
/// the API of another.
enum HistoryBenchmarks {
    static func groups(apus: String) -> [BenchmarkGroup] {
        [
            BenchmarkGroup(name: "history", mostRuns: 1) {
                try await Workload.withDirectory { try await run(apus, $0) }
            }
        ]
    }

    /// `APUS_BENCH_FLOWS` makes quick runs; the targets are meant for the default.
    private static let flows = ProcessInfo.processInfo.environment["APUS_BENCH_FLOWS"].flatMap { Int($0) } ?? 50_000_000
    private static let batch = 1_024

    private static func run(_ apus: String, _ directory: String) async throws -> [Reading] {
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
        let questions = try HistoryQuestion.all(catalog, source)
        readings += try questions.map { try time($0, observer) }
        readings.append(try aggregate(directory))
        let served = try await ServedHistory(apus: apus, directory: directory)
        readings += try questions.map { try served.time($0) }
        readings.append(try served.timeGraph())
        served.stop()
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

    /// Milliseconds by the clock, the least of three times, the disk's pages being in memory.
    private static func time(_ question: HistoryQuestion, _ observer: FlowObserver) throws -> Reading {
        var milliseconds = Double.infinity
        for _ in 0..<3 {
            let meter = WallMeter()
            let answer = observer.answer(
                to: try FlowRequest(queryItems: question.items, now: 2_000_000_000_000_000_000))
            var flows: [Flow] = []
            var losses: [LostEvent] = []
            var count = 0
            while case .more = try answer.step(into: &flows, losses: &losses, limit: 4_096) {
                count += flows.count
                flows.removeAll(keepingCapacity: true)
            }
            count += flows.count
            milliseconds = min(milliseconds, meter.nanoseconds / 1e6)
            try question.expect(count)
        }
        return Reading("history.\(question.name)", "ms", milliseconds)
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
