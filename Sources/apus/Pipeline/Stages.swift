import BPFRuntime
import DatapathABI
import FlowCapture
import FlowCatalog
import FlowEnrichment
import FlowHistory
import FlowMetrics
import FlowModel
import FlowRing
import Synchronization
import SystemRuntime

/// Hands a value that cannot be copied to the thread that will own it.
final class Handover<Value: ~Copyable & Sendable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: consuming Value) { self.value = Mutex(consume value) }

    /// Once.
    func take() -> Value {
        guard let value = value.withLock({ $0.take() }) else { preconditionFailure("taken once") }
        return value
    }
}

/// One stage's thread, and how it is told to stop.
final class StageThread: Sendable {
    let isStopping = Atomic(false)
    private let thread: Mutex<NamedThread?>

    init() { thread = Mutex(nil) }

    func start(_ name: String, _ body: @escaping @Sendable (StageThread) -> Void) {
        thread.withLock { $0 = NamedThread(name) { body(self) } }
    }

    /// Tells it to stop and waits until it has worked off what it has.
    func stop(wake: () -> Void = {}) {
        isStopping.store(true, ordering: .releasing)
        wake()
        let running = thread.withLock { $0.take() }
        running?.join()
    }
}

/// The body of `apus-enrich`: events in, flows out.
struct EnrichmentStage: ~Copyable, Sendable {
    private var events: EventRingReader<apus_event>
    private var enricher: FlowEnricher
    private var writer: BroadcastWriter<Flow>
    private let bell: ReaderBell
    private var tally = FlowTally()
    private var isTallyNew = false
    private var tallyPublishedAt: UInt64 = 0
    private let metrics: FlowMetrics

    init(
        events: EventRing<apus_event>, enricher: consuming FlowEnricher, flows: BroadcastRing<Flow>, bell: ReaderBell,
        metrics: FlowMetrics
    ) {
        self.events = EventRingReader(events)
        self.enricher = enricher
        self.bell = bell
        writer = BroadcastWriter(flows)
        self.metrics = metrics
    }

    /// Runs until told to stop, and then until the event ring is empty.
    mutating func run(until isStopping: borrowing Atomic<Bool>) {
        var flows: [Flow] = []
        flows.reserveCapacity(Limits.batchEvents)
        while true {
            let wasStopping = isStopping.load(ordering: .acquiring)
            let count = step(&flows)
            publishTally(isEnd: wasStopping && count == 0)
            if count > 0 { continue }
            if wasStopping { return }
            events.wait(timeoutMilliseconds: isTallyNew ? Limits.tallyIntervalMilliseconds : nil)
        }
    }

    /// Each copy allocates, so there are few of them.
    private mutating func publishTally(isEnd: Bool) {
        let now = SystemClock.monotonicNanoseconds()
        let interval = UInt64(Limits.tallyIntervalMilliseconds) * 1_000_000
        guard isTallyNew, isEnd || now - tallyPublishedAt >= interval else { return }
        metrics.publish(tally)
        tallyPublishedAt = now
        isTallyNew = false
    }

    private mutating func step(_ flows: inout [Flow]) -> Int {
        enricher.beginBatch()
        flows.removeAll(keepingCapacity: true)
        let count = Self.enrich(&events, &enricher, &flows)
        guard count > 0 else { return 0 }
        tally.add(flows.span)
        isTallyNew = true
        writer.append(flows.span)
        bell.ring()
        return count
    }

    @inline(never)
    private static func enrich(
        _ events: inout EventRingReader<apus_event>, _ enricher: inout FlowEnricher, _ flows: inout [Flow]
    ) -> Int {
        events.consume(limit: Limits.batchEvents) { span in enricher.enrich(span, into: &flows) }
    }
}

/// The body of `apus-history`: the ring's flows to disk.
struct HistoryStage: ~Copyable, Sendable {
    private var reader: BroadcastReader<Flow>
    private var writer: HistoryWriter
    private let losses: LossLedger
    private var lossCursor = 0
    private let flows: BroadcastRing<Flow>
    private let bell: ReaderBell
    private let report: @Sendable (String) -> Void
    private var retentionAt = ContinuousClock.now

    init(
        flows: BroadcastRing<Flow>, writer: consuming HistoryWriter, losses: LossLedger, bell: ReaderBell,
        report: @escaping @Sendable (String) -> Void
    ) {
        reader = BroadcastReader(flows, at: flows.start, batchCapacity: 1_024)
        self.writer = writer
        self.losses = losses
        self.flows = flows
        self.bell = bell
        self.report = report
    }

    /// Runs until told to stop, and then until all flows and losses are durable.
    consuming func run(until isStopping: borrowing Atomic<Bool>) {
        var isRunning = true
        while isRunning {
            let wasStopping = isStopping.load(ordering: .acquiring)
            takeFlows()
            takeLosses()
            attempt { writer throws(HistoryError) in _ = try writer.commitIfDue() }
            applyRetention()
            isRunning = !wasStopping
            if isRunning { wait() }
        }
        let report = report
        do throws(HistoryError) { try writer.close() } catch { report("history was not closed cleanly: \(error)") }
    }

    /// While something waits for its commit: a moment. Else until there is something to do.
    private func wait() {
        guard !writer.hasUncommitted else {
            return NamedThread.sleep(nanoseconds: Limits.historyIntervalNanoseconds)
        }
        bell.wait(timeoutMilliseconds: Limits.retentionIntervalMilliseconds) {
            flows.published != reader.position || losses.count > lossCursor
        }
    }

    private mutating func takeFlows() {
        while true {
            let step = Self.read(&reader, into: &writer)
            if step.lost > 0 {
                let now = SystemClock.realtimeNanoseconds()
                losses.record(
                    LostEvent(place: .history, count: step.lost, firstNanoseconds: now, lastNanoseconds: now))
            }
            guard step.count > 0 || step.lost > 0 else { return }
            attempt { writer throws(HistoryError) in _ = try writer.commitIfDue() }
        }
    }

    @inline(never)
    private static func read(
        _ reader: inout BroadcastReader<Flow>, into writer: inout HistoryWriter
    ) -> (count: Int, lost: UInt64) {
        reader.read { span in writer.append(span) }
    }

    private mutating func takeLosses() {
        guard losses.count > lossCursor else { return }
        for loss in losses.entries(from: &lossCursor) { writer.append(loss: loss) }
    }

    private mutating func applyRetention() {
        guard ContinuousClock.now >= retentionAt else { return }
        retentionAt = .now + .milliseconds(Limits.retentionIntervalMilliseconds)
        attempt { writer throws(HistoryError) in
            while try writer.applyRetention(now: SystemClock.realtimeNanoseconds()).hasMore {}
        }
    }

    /// The writer keeps what it could not write and tries again; what it then gives up it counts as lost.
    private mutating func attempt(_ body: (inout HistoryWriter) throws(HistoryError) -> Void) {
        do throws(HistoryError) { try body(&writer) } catch { report("history: \(error)") }
    }
}
