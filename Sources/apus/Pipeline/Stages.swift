import BPFRuntime
import DatapathABI
import FlowCapture
import FlowCatalog
import FlowEnrichment
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
    private let running = Atomic(false)
    private let thread: Mutex<NamedThread?>

    init() { thread = Mutex(nil) }

    func start(_ name: String, _ body: @escaping @Sendable (StageThread) -> Void) {
        thread.withLock { thread in
            thread = NamedThread(name) {
                self.running.store(true, ordering: .relaxed)
                body(self)
                self.running.store(false, ordering: .relaxed)
            }
        }
    }

    /// Its body has begun and has not ended.
    var isRunning: Bool { running.load(ordering: .relaxed) && !isStopping.load(ordering: .relaxed) }

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
            let names = repairNames()
            publishTally(isEnd: wasStopping && count == 0)
            if count > 0 { continue }
            if wasStopping { return }
            events.wait(timeoutMilliseconds: timeout(names))
        }
    }

    /// Names that came late, into flows that are in the ring already.
    ///
    /// - Returns: nanoseconds until it is to be looked again; nil if nothing waits.
    private mutating func repairNames() -> UInt64? {
        let wait = enricher.repairNames(in: &writer)
        if tally.lateNames != enricher.lateNames.repaired {
            tally.lateNames = enricher.lateNames.repaired
            isTallyNew = true
        }
        return wait
    }

    /// Milliseconds that the thread may sleep; nil: until there are events or a new directory.
    private func timeout(_ names: UInt64?) -> Int32? {
        let names = names.map { Int32(clamping: $0 / 1_000_000 + 1) }
        guard isTallyNew else { return names }
        return min(names ?? .max, Limits.tallyIntervalMilliseconds)
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
