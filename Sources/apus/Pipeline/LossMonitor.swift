import Datapath
import FlowCapture
import FlowCatalog
import FlowModel
import FlowObserver
import FlowRing
import Logging
import Synchronization
import SystemRuntime

/// Looks after losses that no stage reports by itself, and after the flow rate: once a second, off the data plane.
final class LossMonitor: Sendable {
    private struct State {
        var seen: [LossPlace: UInt64] = [:]
        /// Flows made, at each of the last 61 looks.
        var flowCounts: [UInt64] = []
        var lastLook = SystemClock.realtimeNanoseconds()
    }

    private let pipeline: Pipeline
    private let logger: Logger
    private let state = Mutex(State())

    init(_ pipeline: Pipeline, logger: Logger) {
        self.pipeline = pipeline
        self.logger = logger
    }

    /// Runs until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            look()
            try? await Task.sleep(for: .seconds(Limits.monitorIntervalSeconds))
        }
    }

    /// Records what was lost since the last look, and tells what damage answers met in the store.
    func look() {
        for line in pipeline.observer.takeDamage() { logger.error("history: \(line)") }
        let flows = pipeline.flows.published - pipeline.flows.start
        var current: [LossPlace: UInt64] = [.malformedEvent: pipeline.captureCounters.malformed]
        if let cilium = pipeline.ciliumCounters { current[.ciliumPerfRing] = cilium.lost }
        do {
            let counters = try pipeline.counters.read()
            current[.kernelRingBuffer] = counters.total.lost
            current[.kernelProgramBusy] = counters.kernelDropsMissed
        } catch {
            logger.error("the kernel's counters cannot be read: \(error)")
        }
        let losses = state.withLock { state in
            state.flowCounts.append(flows)
            if state.flowCounts.count > 61 { state.flowCounts.removeFirst() }
            let now = SystemClock.realtimeNanoseconds()
            defer { state.lastLook = now }
            return current.compactMap { place, count -> LostEvent? in
                let before = state.seen.updateValue(count, forKey: place) ?? 0
                guard count > before else { return nil }
                return LostEvent(
                    place: place, count: count - before, firstNanoseconds: state.lastLook, lastNanoseconds: now)
            }
        }
        for loss in losses {
            pipeline.record(loss)
            logger.warning("\(loss.count) flows lost: \(loss.place.advice)")
        }
    }

    /// Flows a second over the last minute, or since the start if that is later.
    var flowsPerSecond: Double {
        state.withLock { state in
            guard let first = state.flowCounts.first, let last = state.flowCounts.last, state.flowCounts.count > 1
            else {
                return 0
            }
            return Double(last - first) / Double((state.flowCounts.count - 1) * Limits.monitorIntervalSeconds)
        }
    }
}
