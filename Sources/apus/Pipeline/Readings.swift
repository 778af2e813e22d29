import Datapath
import FlowCapture
import FlowCatalog
import FlowHistory
import FlowMetrics
import FlowModel
import FlowObserver
import FlowRing
import FlowWire
import SystemRuntime

/// What `/v1/status`, `/metrics` and the demo's summary say of a running pipeline.
struct Readings: Sendable {
    let pipeline: Pipeline
    let monitor: LossMonitor
    let controlPlane: ControlPlane
    let serving: ServingReadings
    let startNanoseconds = SystemClock.realtimeNanoseconds()

    /// Flows lost so far. Those of places `flowRing` and `historyDamage` are missed by readers, by each for itself.
    func lost() -> [LossPlace: UInt64] {
        var lost = pipeline.losses.totals()
        lost[.history, default: 0] += pipeline.historyStatus.lostFlows
        lost[.flowRing] = pipeline.observer.lostByFollowers
        lost[.historyDamage] = pipeline.observer.damagedInAnswers
        return lost
    }

    func status() -> StatusReport {
        let tally = pipeline.metrics.current()
        let objects = controlPlane.summary
        let history = pipeline.historyStatus
        let lost = lost()
        return StatusReport(
            flows: ringFlows, capacity: UInt64(pipeline.flows.capacity), seen: tally.flows,
            uptimeNanoseconds: SystemClock.realtimeNanoseconds() - startNanoseconds,
            version: "apus v\(Version.current)",
            flowsPerSecond: monitor.flowsPerSecond,
            details: .init(
                nodeName: pipeline.context.nodeName, captured: producedEvents,
                lost: Dictionary(
                    uniqueKeysWithValues: LossPlace.allCases.map { ($0.rawValue, "\(lost[$0] ?? 0)") }),
                cilium: pipeline.ciliumCounters.map {
                    .init(flows: $0.flows, skipped: $0.skipped, malformed: $0.malformed)
                },
                lateNames: tally.lateNames, endpoints: objects.endpoints, policies: objects.policies,
                refusedManifests: objects.problems.count,
                history: .init(
                    directory: pipeline.historyDirectory, stored: history.storedFlows, bytes: history.bytes,
                    lastError: history.lastError)))
    }

    /// Of the endpoints that the directory knows and of those that history names, sorted.
    func namespaces() -> [String] {
        Set(pipeline.catalog.endpoints.elements().map(\.namespace)).subtracting([""]).sorted()
    }

    func metrics() -> String {
        var reading = PipelineReading()
        reading.producedEvents = producedEvents
        if let cilium = pipeline.ciliumCounters {
            reading.cilium = .init(flows: cilium.flows, skipped: cilium.skipped, malformed: cilium.malformed)
        }
        reading.serving = serving.reading
        reading.lost = lost()
        reading.ringFlows = ringFlows
        reading.ringCapacity = UInt64(pipeline.flows.capacity)
        reading.history = .init(
            storedFlows: pipeline.historyStatus.storedFlows, bytes: pipeline.historyStatus.bytes)
        reading.endpoints = controlPlane.summary.endpoints
        reading.connections = controlPlane.connections
        reading.policy = controlPlane.policyReading
        reading.residentBytes = ProcessFacts.residentBytes()
        reading.processorSeconds = Double(SystemClock.processCPUNanoseconds()) / 1e9
        reading.startTimeSeconds = Double(startNanoseconds) / 1e9
        reading.version = Version.current
        return MetricsText.render(pipeline.metrics.current(), reading, names: pipeline.catalog.names.elements())
    }

    /// Events that our programs wanted to send, drops that they should have seen, and Cilium's events.
    var producedEvents: UInt64 {
        let cilium = pipeline.ciliumCounters.map(CiliumSource.produced) ?? 0
        guard let counters = try? pipeline.counters.read() else { return cilium }
        return counters.total.produced + counters.kernelDropsMissed + cilium
    }

    private var ringFlows: UInt64 { pipeline.flows.published - pipeline.flows.oldest }
}

enum ProcessFacts {
    /// 0 if the kernel does not tell.
    static func residentBytes() -> UInt64 {
        let status = (try? KernelFile.read("/proc/self/status")) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { UInt64($0.filter(\.isNumber)) }.map { $0 * 1_024 } ?? 0
    }
}
