import Datapath
import FlowCapture
import FlowCatalog
import FlowHistory
import FlowMetrics
import FlowModel
import FlowObserver
import FlowRing
import FlowWire
import Synchronization
import SystemRuntime

/// What `/v1/status`, `/metrics` and the demo's summary say of a running pipeline.
struct Readings: Sendable {
    let pipeline: Pipeline
    let monitor: LossMonitor
    let controlPlane: ControlPlane
    let serving: ServingReadings
    let configuration: MetricsConfigurationState
    /// What history may grow to.
    let historyLimitBytes: UInt64
    let startNanoseconds = SystemClock.realtimeNanoseconds()
    private let identifiers: FlowIdentifiers
    /// Room for the next text.
    private let textBytes = LastTextSize()

    init(
        pipeline: Pipeline, monitor: LossMonitor, controlPlane: ControlPlane, serving: ServingReadings,
        configuration: MetricsConfigurationState, historyLimitBytes: UInt64
    ) {
        self.pipeline = pipeline
        self.monitor = monitor
        self.controlPlane = controlPlane
        self.serving = serving
        self.configuration = configuration
        self.historyLimitBytes = historyLimitBytes
        identifiers = FlowIdentifiers(storeID: pipeline.context.storeID)
    }

    /// Flows lost so far. Those of places `flowRing` and `historyDamage` are missed by readers, by each for itself.
    func lost() -> [LossPlace: UInt64] {
        var lost = pipeline.losses.totals()
        lost[.history, default: 0] += pipeline.historyStatus.lostFlows
        lost[.flowRing] = pipeline.observer.lostByFollowers
        lost[.historyDamage] = pipeline.observer.damagedInAnswers
        return lost
    }

    func status() -> StatusReport {
        let objects = controlPlane.summary
        let history = pipeline.historyStatus
        let lost = lost()
        return StatusReport(
            flows: ringFlows, capacity: UInt64(pipeline.flows.capacity), seen: seenFlows,
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
                lateNames: pipeline.meters.lateNames, endpoints: objects.endpoints, policies: objects.policies,
                refusedManifests: objects.problems.count,
                history: .init(
                    directory: pipeline.historyDirectory, stored: history.storedFlows, bytes: history.bytes,
                    lastError: history.lastError)))
    }

    /// Of the endpoints that the directory knows and of those that history names, sorted.
    func namespaces() -> [String] {
        Set(pipeline.catalog.endpoints.elements().map(\.namespace)).subtracting([""]).sorted()
    }

    /// The text for Prometheus.
    func metrics(_ format: MetricsText.Format) -> [UInt8] {
        var text = MetricsText(format)
        text.bytes.reserveCapacity(textBytes.value)
        pipeline.metrics.write(to: &text) { identifiers.text(sequence: $0) }
        text.append(reading, pipeline.meters)
        let (families, memoryBytes) = pipeline.metrics.readings()
        text.append(families, memoryBytes: memoryBytes, configuration.reading)
        text.end()
        textBytes.value = text.bytes.count + text.bytes.count / 8
        return text.bytes
    }

    private var reading: PipelineReading {
        var reading = PipelineReading()
        reading.producedEvents = producedEvents
        reading.flows = seenFlows
        reading.lateNames = pipeline.meters.lateNames
        reading.missedByMetrics = pipeline.meters.missedByMetrics
        if let cilium = pipeline.ciliumCounters {
            reading.cilium = .init(flows: cilium.flows, skipped: cilium.skipped, malformed: cilium.malformed)
        }
        reading.serving = serving.reading
        reading.lost = lost()
        let capture = pipeline.captureCounters
        reading.kernelBuffer = .init(capture.pendingBytes, of: capture.capacityBytes)
        reading.mostInKernelBuffer = capture.mostPendingBytes
        reading.eventRing = .init(UInt64(pipeline.events.count), of: UInt64(pipeline.events.capacity))
        reading.flowRing = .init(ringFlows, of: UInt64(pipeline.flows.capacity))
        reading.history = history
        reading.endpoints = controlPlane.summary.endpoints
        reading.connections = controlPlane.connections
        reading.policy = controlPlane.policyReading
        reading.maps = controlPlane.maps
        reading.programs = pipeline.programs.read().map { ($0.name, $0.runs, $0.nanoseconds) }
        reading.process = ProcessFacts.reading(startNanoseconds: startNanoseconds)
        reading.version = Version.current
        return reading
    }

    private var history: PipelineReading.HistoryReading {
        let status = pipeline.historyStatus
        var reading = PipelineReading.HistoryReading()
        reading.storedFlows = status.storedFlows
        reading.bytes = .init(status.bytes, of: historyLimitBytes)
        reading.oldestSeconds = status.heldTimes.map { Double($0.lowerBound) / 1e9 }
        let first = max(status.storedThrough + 1, pipeline.flows.start)
        reading.pendingFlows = pipeline.flows.published - min(first, pipeline.flows.published)
        guard reading.pendingFlows > 0 else { return reading }
        var oldest = BroadcastReader(pipeline.flows, at: first, batchCapacity: 1)
        let now = SystemClock.realtimeNanoseconds()
        _ = oldest.read { flows in
            reading.lagSeconds = Double(now - min(now, flows[0].timeNanoseconds)) / 1e9
        }
        return reading
    }

    /// Flows put into the ring since the start.
    var seenFlows: UInt64 { pipeline.flows.published - pipeline.flows.start }

    /// Events that our programs wanted to send, drops that they should have seen, and Cilium's events.
    var producedEvents: UInt64 {
        let cilium = pipeline.ciliumCounters.map(CiliumSource.produced) ?? 0
        guard let counters = try? pipeline.counters.read() else { return cilium }
        return counters.total.produced + counters.kernelDropsMissed + cilium
    }

    private var ringFlows: UInt64 { pipeline.flows.published - pipeline.flows.oldest }
}

/// How large the last text was, and some more.
private final class LastTextSize: Sendable {
    private let size = Atomic(1 << 16)

    var value: Int {
        get { size.load(ordering: .relaxed) }
        set { size.store(newValue, ordering: .relaxed) }
    }
}

enum ProcessFacts {
    /// What the kernel does not tell is 0.
    static func reading(startNanoseconds: UInt64) -> PipelineReading.ProcessReading {
        var reading = PipelineReading.ProcessReading()
        let status = (try? KernelFile.read("/proc/self/status")) ?? ""
        reading.residentBytes = bytes("VmRSS:", status)
        reading.virtualBytes = bytes("VmSize:", status)
        reading.processorSeconds = Double(SystemClock.processCPUNanoseconds()) / 1e9
        reading.startTimeSeconds = Double(startNanoseconds) / 1e9
        reading.openFiles = UInt64(OpenFiles.count ?? 0)
        reading.mostFiles = UInt64(OpenFiles.limit)
        return reading
    }

    private static func bytes(_ field: String, _ status: String) -> UInt64 {
        let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
        return line.flatMap { UInt64($0.filter(\.isNumber)) }.map { $0 * 1_024 } ?? 0
    }
}
