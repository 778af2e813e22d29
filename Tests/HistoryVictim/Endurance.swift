import FlowCatalog
import FlowHistory
import FlowModel
import Foundation
import HistoryFaults

/// A simulated hour of load, in a process whose memory is nobody else's: `HistoryVictim load <directory>`. What the
/// `apus-history` thread does in a tenth of a second is done at once, and the clock that it is told goes on by so much.
struct Endurance: ~Copyable {
    private let directory: String
    private let catalog = FlowCatalog()
    private var writer: HistoryWriter
    private var load = SimulatedLoad(seed: 1, flowsEachSecond: Self.flowsEachSecond)
    private var report = LoadReport()
    private let began = ContinuousClock.now
    /// Of the flows that are not durable.
    private var oldestWaiting: UInt64?

    private static let flowsEachSecond = 120.0
    private static let stepsBetweenRetention = 100

    init(_ directory: String) throws(HistoryError) {
        self.directory = directory
        writer = try HistoryWriter(enduranceSettings(directory), catalog: catalog)
    }

    /// Says the first line when the store can be read, the last, the report, when all is done.
    consuming func run() throws {
        Self.say("0")
        while load.step < SimulatedLoad.steps {
            try step()
            if load.step % Self.stepsBetweenRetention == 0 { try applyRetention() }
            if load.step == SimulatedLoad.steps / 2 {
                (report.residentAtHalf, report.podsAtHalf) = (Self.resident(), catalog.endpoints.count)
            }
        }
        (report.residentAtEnd, report.pods) = (Self.resident(), catalog.endpoints.count)
        try finish()
    }

    private mutating func step() throws {
        let (flows, lost) = load.next(catalog)
        let now = began + .nanoseconds(load.time - SimulatedLoad.start)
        if oldestWaiting == nil { oldestWaiting = flows.map(\.timeNanoseconds).min() }
        writer.append(flows.span, at: now)
        report.lost += lost
        if lost > 0 {
            writer.append(
                loss: LostEvent(place: .flowRing, count: lost, firstNanoseconds: load.time, lastNanoseconds: load.time),
                at: now)
        }
        let start = ContinuousClock.now
        guard try writer.commitIfDue(now: now), let oldest = oldestWaiting else { return }
        if load.step % 8 == 0 { report.mostBytes = max(report.mostBytes, bytes()) }
        let waited = Duration.nanoseconds(load.time - oldest) + (.now - start)
        report.mostLagMilliseconds = max(report.mostLagMilliseconds, waited / .milliseconds(1))
        oldestWaiting = nil
    }

    private mutating func applyRetention() throws {
        let now = began + .nanoseconds(load.time - SimulatedLoad.start)
        while try writer.applyRetention(now: load.time, at: now).hasMore {}
    }

    private consuming func finish() throws {
        let status = writer.status
        var report = report
        (report.produced, report.stored) = (load.sequence, 0)
        let directory = directory
        try writer.close()
        (report.stored, report.expired) = (status.storedFlows, status.expiredFlows)
        report.failures = status.failedWrites
        report.catalogBytes = Self.length(directory + "/history.sqlite")
        Self.say(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }

    private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    /// What all files take.
    private func bytes() -> UInt64 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.reduce(0) { $0 + Self.length(directory + "/" + $1) }
    }

    private static func length(_ path: String) -> UInt64 {
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size]
        return (size as? NSNumber)?.uint64Value ?? 0
    }

    private static func resident() -> UInt64 {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { UInt64($0) } ?? 0
        return pages * 4096
    }
}
