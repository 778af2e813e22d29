import DatapathABI
import FlowCatalog
import FlowHistory
import FlowModel
import FlowRing
import Synchronization
import SyntheticTraffic
import SystemRuntime

/// One passage of events through the data plane, on a thread a stage as in the server.
final class PipelineRun: Sendable {
    struct Result {
        var nanosecondsPerFlow: Double
        var allocationsPerFlow: Double
        var flowsPerSecond: Double
    }

    let shape: PipelineShape
    let source: [apus_event]
    let warmUp: Int
    let total: Int
    /// Events a second; nil for as many as go.
    let rate: Int?
    let events: EventRing<apus_event>
    let flows: BroadcastRing<Flow>
    let directory: SyntheticDirectory
    let enriched = Atomic(0)
    let counted = Atomic(0)
    let stored = Atomic(0)
    let followed = Atomic(0)
    private let costs = Mutex(ThreadMeter.Cost())
    private let failure = Mutex<String?>(nil)
    private let startedAt = Atomic<UInt64>(0)
    private let threads = Mutex<[NamedThread]>([])

    /// Starts.
    ///
    /// - Parameters:
    ///   - source: the cluster's events; a power of two of them, repeated.
    ///   - directory: the cluster's, for a shape without history; nil makes one.
    init(
        _ shape: PipelineShape, cluster: SyntheticCluster = Workload.cluster, source: [apus_event] = Workload.events,
        directory: SyntheticDirectory? = nil, warmUp: Int, count: Int, rate: Int?, historyDirectory: String
    ) throws {
        (self.shape, self.source, self.warmUp, self.rate) = (shape, source, warmUp, rate)
        total = warmUp + count
        let catalog = FlowCatalog()
        // A store fills the catalog, so it comes before the directory.
        let writer =
            shape.hasHistory ? try HistoryWriter(HistorySettings(directory: historyDirectory), catalog: catalog) : nil
        self.directory = directory ?? SyntheticDirectory(cluster, catalog: catalog)
        events = EventRing(capacity: 65_536)
        flows = BroadcastRing(capacity: 131_072, start: 1)
        var started = [
            NamedThread("bench-enrich") { [self] in enrich() }, NamedThread("bench-events") { [self] in produce() },
        ]
        if let metrics = shape.metrics {
            started.append(NamedThread("bench-metrics") { [self] in self.count(metrics) })
        }
        if let writer {
            let handover = Mutex<HistoryWriter?>(consume writer)
            let box = Box(handover)
            started.append(NamedThread("bench-history") { [self] in store(box.take()) })
        }
        if shape.isFollowed { started.append(NamedThread("bench-follower") { [self] in follow() }) }
        threads.withLock { $0 = started }
    }

    func finish() throws -> Result {
        for thread in threads.withLock({ $0 }) { thread.join() }
        let end = SystemClock.monotonicNanoseconds()
        guard events.lost == 0 else { throw Obstacle("\(events.lost) events lost") }
        if let failure = failure.withLock({ $0 }) { throw Obstacle(failure) }
        let cost = costs.withLock { $0 }
        let count = Double(total - warmUp)
        let seconds = Double(end - startedAt.load(ordering: .relaxed)) / 1e9
        return Result(
            nanosecondsPerFlow: cost.nanoseconds / count, allocationsPerFlow: cost.allocations / count,
            flowsPerSecond: count / seconds)
    }

    func add(_ meter: ThreadMeter?) {
        guard let meter else { return }
        let cost = meter.cost
        costs.withLock { $0 = $0 + cost }
    }

    /// The run gives no figures.
    func fail(_ reason: String) { failure.withLock { $0 = reason } }

    func markStart() { startedAt.store(SystemClock.monotonicNanoseconds(), ordering: .relaxed) }

    /// What all stages have worked off.
    var done: Int {
        var done = enriched.load(ordering: .acquiring)
        if shape.metrics != nil { done = min(done, counted.load(ordering: .acquiring)) }
        if shape.hasHistory { done = min(done, stored.load(ordering: .acquiring)) }
        if shape.isFollowed { done = min(done, followed.load(ordering: .acquiring)) }
        return done
    }

    /// Hands a writer to its thread.
    private final class Box: Sendable {
        private let value: Mutex<HistoryWriter?>
        init(_ value: consuming Mutex<HistoryWriter?>) { self.value = value }

        func take() -> HistoryWriter {
            guard let writer = value.withLock({ $0.take() }) else { preconditionFailure("taken once") }
            return writer
        }
    }
}
