import FlowCatalog
import FlowHistory
import FlowMetrics
import FlowModel
import FlowRing
import Synchronization
import SystemRuntime

/// The body of `apus-history`: the ring's flows to disk, once no name comes for them any more.
struct HistoryStage: ~Copyable, Sendable {
    private var reader: BroadcastReader<Flow>
    private var writer: HistoryWriter
    private var age: RingAge
    private let losses: LossLedger
    private var lossCursor = 0
    private let flows: BroadcastRing<Flow>
    private let bell: ReaderBell
    private let report: @Sendable (String) -> Void
    private let meters: PipelineMeters
    private var retentionAt = ContinuousClock.now

    init(
        flows: BroadcastRing<Flow>, writer: consuming HistoryWriter, nameGrace: UInt64, losses: LossLedger,
        bell: ReaderBell, meters: PipelineMeters,
        report: @escaping @Sendable (String) -> Void
    ) {
        reader = BroadcastReader(flows, at: flows.start, batchCapacity: 1_024)
        self.writer = writer
        age = RingAge(settled: nameGrace == 0 ? 0 : nameGrace + Limits.nameSlackNanoseconds, capacity: flows.capacity)
        self.losses = losses
        self.flows = flows
        self.bell = bell
        self.meters = meters
        self.report = report
    }

    /// Runs until told to stop, and then until all flows and losses are durable.
    consuming func run(until isStopping: borrowing Atomic<Bool>) {
        var isRunning = true
        while isRunning {
            let wasStopping = isStopping.load(ordering: .acquiring)
            takeFlows(isEnd: wasStopping)
            takeLosses()
            attempt { writer throws(HistoryError) in _ = try writer.commitIfDue() }
            applyRetention()
            isRunning = !wasStopping
            if isRunning { wait() }
        }
        let report = report
        do throws(HistoryError) { try writer.close() } catch { report("history was not closed cleanly: \(error)") }
    }

    /// While something waits for its commit, or flows for names: a moment. Else until there is something to do.
    private func wait() {
        guard !writer.hasUncommitted, flows.published == reader.position else {
            return NamedThread.sleep(nanoseconds: Limits.historyIntervalNanoseconds)
        }
        bell.wait(timeoutMilliseconds: Limits.retentionIntervalMilliseconds) {
            flows.published != reader.position || losses.count > lossCursor
        }
    }

    /// What the writer has no room for waits in the ring, which tells if it is overwritten there; at the end nothing waits.
    private mutating func takeFlows(isEnd: Bool) {
        let settled = age.settled(
            published: flows.published, from: reader.position, now: SystemClock.monotonicNanoseconds())
        let end = isEnd ? .max : settled
        let start = reader.position
        defer { if reader.position > start { meters.historyBatch.observe(reader.position - start) } }
        while true {
            let step = Self.read(
                &reader, upTo: isEnd ? end : min(end, reader.position + UInt64(writer.room)), into: &writer)
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
        _ reader: inout BroadcastReader<Flow>, upTo end: UInt64, into writer: inout HistoryWriter
    ) -> (count: Int, lost: UInt64) {
        reader.read(upTo: end) { span in writer.append(span) }
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
