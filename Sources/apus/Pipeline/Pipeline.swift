import Console
import Datapath
import DatapathABI
import Directory
import FlowCapture
import FlowCatalog
import FlowEnrichment
import FlowHistory
import FlowMetrics
import FlowModel
import FlowObserver
import FlowRing
import FlowWire
import Logging
import NIOPosix
import Synchronization
import SystemRuntime

/// The stages of one server, joined by ring ends, each on its thread.
final class Pipeline: Sendable {
    let catalog: FlowCatalog
    let losses = LossLedger()
    let metrics: FlowMetrics
    let meters = PipelineMeters()
    let directory: DirectoryPublisher
    let flows: BroadcastRing<Flow>
    let observer: FlowObserver
    let context: FlowJSONContext
    let historyStatus: HistoryStatus
    let historyDirectory: String
    private let storeID: StoreID
    let counters: DatapathCounterReader
    let programs: ProgramStatistics
    let captureCounters = CaptureCounters()
    /// nil: Cilium's events are not read.
    let ciliumCounters: PerfCaptureCounters?
    let events: EventRing<apus_event>
    private let capture = StageThread()
    private let enrichment = StageThread()
    private let history = StageThread()
    private let counting = StageThread()
    private let historyBell = ReaderBell()
    private let logger: Logger

    /// Starts the stages. Flows come once programs are attached.
    ///
    /// - Parameters:
    ///   - writer: opened with `catalog`.
    ///   - cilium: where Cilium's events are read, too.
    ///   - interfaces: names of the interfaces at which programs are or will be attached, by number.
    init(
        datapath: borrowing Datapath, catalog: FlowCatalog, directory: DirectoryPublisher,
        writer: consuming HistoryWriter, cilium: CiliumSource?,
        historyDirectory: String, interfaces: [UInt32: String], nodeName: String, metrics settings: MetricsSettings,
        limits: Limits, logger: Logger
    ) throws {
        self.catalog = catalog
        metrics = FlowMetrics(settings, catalog: catalog)
        self.directory = directory
        self.logger = logger
        self.historyDirectory = historyDirectory
        historyStatus = writer.status
        storeID = writer.storeID
        counters = datapath.counterReader
        programs = datapath.programs
        ciliumCounters = cilium?.counters
        let firstSequence = writer.nextSequence
        flows = BroadcastRing(capacity: limits.flowRingFlows, start: firstSequence)
        events = EventRing(capacity: limits.eventRingEvents)
        context = FlowJSONContext(
            catalog: catalog, nodeName: nodeName, version: Version.current, storeID: writer.storeID.bytes)
        let status = writer.status
        for line in writer.damage.descriptions { logger.error("history: \(line)") }
        if let line = writer.prunedNames.text { logger.info("history: \(line)") }
        observer = FlowObserver(
            catalog: catalog, ring: flows, losses: losses,
            history: .init(directory: historyDirectory, heldTimes: { status.heldTimes }) { status.storedThrough })
        let enricher = FlowEnricher(
            publisher: directory, catalog: catalog, reasonNames: datapath.kernelReasonNames, symbols: .running(),
            interfaces: interfaces, firstSequence: firstSequence, nameGrace: limits.nameGraceNanoseconds)
        directory.whenPublished { [events] in events.wakeReader() }
        startHistory(writer, limits)
        startMetrics(limits)
        startEnrichment(enricher)
        startCapture(
            Capture(
                EventCapture(reader: try datapath.makeRingBufferReader(), counters: captureCounters),
                cilium: cilium?.capture.take(), into: events, latencyMilliseconds: limits.latencyMilliseconds))
    }

    private func startHistory(_ writer: consuming HistoryWriter, _ limits: Limits) {
        let logger = logger
        let stage = Handover(
            HistoryStage(
                flows: flows, writer: writer, nameGrace: limits.nameGraceNanoseconds, losses: losses, bell: historyBell,
                meters: meters
            ) { logger.error("\($0)") })
        history.start("apus-history") { thread in
            let stage = stage.take()
            stage.run(until: thread.isStopping)
        }
    }

    private func startMetrics(_ limits: Limits) {
        let stage = Handover(
            MetricsStage(flows: flows, nameGrace: limits.nameGraceNanoseconds, metrics: metrics, meters: meters))
        counting.start("apus-metrics") { thread in
            let stage = stage.take()
            stage.run(until: thread.isStopping)
        }
    }

    private func startEnrichment(_ enricher: consuming FlowEnricher) {
        let stage = Handover(
            EnrichmentStage(events: events, enricher: enricher, flows: flows, bell: historyBell, meters: meters))
        enrichment.start("apus-enrich") { thread in
            var stage = stage.take()
            stage.run(until: thread.isStopping)
        }
    }

    private func startCapture(_ capture: consuming Capture) {
        let handover = Handover(capture)
        self.capture.start("apus-capture") { thread in
            var capture = handover.take()
            capture.run(until: thread.isStopping)
        }
    }

    /// Stages that do not work, by name.
    var idleStages: [String] {
        [("capture", capture), ("enrichment", enrichment), ("history", history), ("metrics", counting)].filter {
            !$0.1.isRunning
        }.map(\.0)
    }

    /// Prints this pipeline's flows. A value of one thread.
    func printer(_ output: OutputOptions) -> FlowPrinter {
        output.printer(catalog: catalog, nodeName: context.nodeName, storeID: storeID.bytes)
    }

    /// Makes a gap known to those who follow, to history and to metrics.
    func record(_ loss: LostEvent) {
        losses.record(loss)
        historyBell.wake()
    }

    /// Works off, stage by stage, all that the kernel has given. Programs must be detached before, or it may be that what
    /// they send meanwhile is not read.
    func drain(recordLosses: () -> Void) {
        capture.stop()
        enrichment.stop { events.wakeReader() }
        recordLosses()
        counting.stop()
        history.stop { historyBell.wake() }
    }
}
