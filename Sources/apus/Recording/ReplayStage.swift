import Console
import DatapathABI
import FlowEnrichment
import FlowHistory
import FlowModel
import FlowRing
import Synchronization
import SystemRuntime

/// Replayed events to named flows, standard output and history: on one thread, so that none is overtaken and two runs
/// are the same.
struct ReplayStage: ~Copyable {
    private var events: EventRingReader<apus_event>
    private var enricher: FlowEnricher
    private var printer: FlowPrinter
    private var history: HistoryWriter?
    private let hasVerdicts: Bool
    private var flows: [Flow] = []
    private var bytes: [UInt8] = []

    /// Bytes of output that are written at once, while more events wait.
    private static let outputBytes = 65_536
    /// How often a disk that refuses is asked again, each `HistorySettings.commitInterval`, before the replay fails.
    private static let diskAttempts = 20
    private static let diskPauseNanoseconds: UInt64 = 500_000_000
    private static let backlogFlows = HistorySettings(directory: "").backlogFlows

    /// - Parameter hasVerdicts: false for packets that somebody captured: what became of them is not known.
    init(
        events: EventRing<apus_event>, enricher: consuming FlowEnricher, printer: FlowPrinter,
        history: consuming HistoryWriter?, hasVerdicts: Bool
    ) {
        self.events = EventRingReader(events)
        self.enricher = enricher
        self.printer = printer
        self.history = history
        self.hasVerdicts = hasVerdicts
        flows.reserveCapacity(Limits.batchEvents)
    }

    /// Runs until the replay is over and the event ring is empty.
    mutating func run(until isOver: borrowing Atomic<Bool>) throws {
        while true {
            let wasOver = isOver.load(ordering: .acquiring)
            if take() > 0 {
                for flow in flows { printer.append(flow, to: &bytes) }
                if bytes.count >= Self.outputBytes { try write() }
                try store()
            } else {
                try write()
                if wasOver { return }
                events.wait()
            }
        }
    }

    /// Prints what a table kept back, and closes the store.
    consuming func finish() throws {
        printer.flush(to: &bytes)
        try write()
        if let history { try history.close() }
    }

    private mutating func take() -> Int {
        flows.removeAll(keepingCapacity: true)
        enricher.beginBatch()
        let count = Self.enrich(&events, &enricher, &flows)
        if !hasVerdicts { forgetVerdicts() }
        return count
    }

    private mutating func forgetVerdicts() {
        for index in flows.indices {
            flows[index].verdict = .traced
            flows[index].observationPoint = .unknown
        }
    }

    @inline(never)
    private static func enrich(
        _ events: inout EventRingReader<apus_event>, _ enricher: inout FlowEnricher, _ flows: inout [Flow]
    ) -> Int {
        events.consume(limit: Limits.batchEvents) { span in enricher.enrich(span, into: &flows) }
    }

    private mutating func write() throws {
        guard !bytes.isEmpty else { return }
        try StandardStream.output.write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Waits for the disk rather than lose a flow.
    private mutating func store() throws {
        guard var writer = history.take() else { return }
        writer.append(flows.span)
        let outcome = Self.commit(&writer)
        history = consume writer
        try outcome.get()
    }

    /// Goes on while the disk refuses, as long as the next batch finds room in the backlog.
    private static func commit(_ writer: inout HistoryWriter) -> Result<Void, HistoryError> {
        let mostWaiting = backlogFlows - Limits.batchEvents
        var outcome = Result<Void, HistoryError>.success(())
        for _ in 0..<diskAttempts {
            do throws(HistoryError) { try writer.commitIfDue() } catch { outcome = .failure(error) }
            if writer.status.waitingFlows <= mostWaiting { return .success(()) }
            NamedThread.sleep(nanoseconds: diskPauseNanoseconds)
        }
        return outcome
    }
}
