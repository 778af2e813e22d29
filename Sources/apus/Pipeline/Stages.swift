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
    private let meters: PipelineMeters

    init(
        events: EventRing<apus_event>, enricher: consuming FlowEnricher, flows: BroadcastRing<Flow>, bell: ReaderBell,
        meters: PipelineMeters
    ) {
        self.events = EventRingReader(events)
        self.enricher = enricher
        self.bell = bell
        writer = BroadcastWriter(flows)
        self.meters = meters
    }

    /// Runs until told to stop, and then until the event ring is empty.
    mutating func run(until isStopping: borrowing Atomic<Bool>) {
        var flows: [Flow] = []
        flows.reserveCapacity(Limits.batchEvents)
        while true {
            let wasStopping = isStopping.load(ordering: .acquiring)
            let count = step(&flows)
            let names = repairNames()
            if count > 0 { continue }
            if wasStopping { return }
            // Until there are events, a new directory, or the time for names has come.
            events.wait(timeoutMilliseconds: names.map { Int32(clamping: $0 / 1_000_000 + 1) })
        }
    }

    /// Names that came late, into flows that are in the ring already.
    ///
    /// - Returns: nanoseconds until it is to be looked again; nil if nothing waits.
    private mutating func repairNames() -> UInt64? {
        let wait = enricher.repairNames(in: &writer)
        meters.lateNames = enricher.lateNames.repaired
        return wait
    }

    private mutating func step(_ flows: inout [Flow]) -> Int {
        enricher.beginBatch()
        flows.removeAll(keepingCapacity: true)
        let count = Self.enrich(&events, &enricher, &flows)
        guard count > 0 else { return 0 }
        writer.append(flows.span)
        bell.ring()
        measure(count, firstNanoseconds: flows[0].timeNanoseconds)
        return count
    }

    private func measure(_ count: Int, firstNanoseconds: UInt64) {
        let now = SystemClock.realtimeNanoseconds()
        meters.delay.observe(now - min(now, firstNanoseconds))
        meters.enrichmentBatch.observe(UInt64(count))
    }

    @inline(never)
    private static func enrich(
        _ events: inout EventRingReader<apus_event>, _ enricher: inout FlowEnricher, _ flows: inout [Flow]
    ) -> Int {
        events.consume(limit: Limits.batchEvents) { span in enricher.enrich(span, into: &flows) }
    }
}
