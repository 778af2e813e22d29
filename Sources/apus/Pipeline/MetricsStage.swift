import FlowMetrics
import FlowModel
import FlowRing
import Synchronization
import SystemRuntime

/// The body of `apus-metrics`: counts the ring's flows, once no name comes for them any more, as history has them.
struct MetricsStage: ~Copyable, Sendable {
    private var reader: BroadcastReader<Flow>
    private var age: RingAge
    private let flows: BroadcastRing<Flow>
    private let metrics: FlowMetrics
    private let meters: PipelineMeters

    init(flows: BroadcastRing<Flow>, nameGrace: UInt64, metrics: FlowMetrics, meters: PipelineMeters) {
        reader = BroadcastReader(flows, at: flows.start, batchCapacity: MetricRegistry.batchFlows)
        age = RingAge(settled: nameGrace == 0 ? 0 : nameGrace + Limits.nameSlackNanoseconds, capacity: flows.capacity)
        self.flows = flows
        self.metrics = metrics
        self.meters = meters
    }

    /// Runs until told to stop, and then until all flows are counted.
    consuming func run(until isStopping: borrowing Atomic<Bool>) {
        while true {
            let wasStopping = isStopping.load(ordering: .acquiring)
            count(isEnd: wasStopping)
            if wasStopping { return }
            let isIdle = flows.published == reader.position
            NamedThread.sleep(
                nanoseconds: isIdle ? Limits.metricsIdleNanoseconds : Limits.historyIntervalNanoseconds)
        }
    }

    private mutating func count(isEnd: Bool) {
        let settled = age.settled(
            published: flows.published, from: reader.position, now: SystemClock.monotonicNanoseconds())
        let (start, end) = (reader.position, isEnd ? UInt64.max : settled)
        while true {
            let step = Self.read(&reader, upTo: end, into: metrics)
            if step.lost > 0 { meters.missByMetrics(step.lost) }
            if step.count == 0 && step.lost == 0 { break }
        }
        if reader.position > start { meters.metricsBatch.observe(reader.position - start) }
    }

    @inline(never)
    private static func read(
        _ reader: inout BroadcastReader<Flow>, upTo end: UInt64, into metrics: FlowMetrics
    ) -> (count: Int, lost: UInt64) {
        reader.read(upTo: end) { span in metrics.add(span) }
    }
}
