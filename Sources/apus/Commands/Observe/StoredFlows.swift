import Console
import FlowAPI
import FlowCatalog
import FlowFilter
import FlowHistory
import FlowModel
import FlowObserver
import FlowRing
import FlowWire
import SystemRuntime

extension FlowObserver {
    /// Answers from a store alone, with the flows that it has now.
    convenience init(
        storeIn directory: String, _ reader: inout HistoryReader, _ catalog: FlowCatalog
    ) throws(HistoryError) {
        let through = try reader.extent().sequences?.upperBound ?? 0
        let held = try reader.heldTimes()
        self.init(
            catalog: catalog, ring: BroadcastRing(capacity: 2, start: through + 1), losses: LossLedger(),
            history: .init(directory: directory, readersCatalog: catalog, heldTimes: { held }) { through })
    }
}

/// Flows of a store, without a server.
struct StoredFlows {
    private let directory: String

    private static let batch = 1_024

    init(_ directory: String) { self.directory = directory }

    func print(_ question: FlowQuestion, _ output: FlowOutputOptions) throws {
        let stop = StopFlag()
        let catalog = FlowCatalog()
        var reader = try HistoryReader(directory: directory, catalog: catalog)
        let observer = try FlowObserver(storeIn: directory, &reader, catalog)
        let context = FlowJSONContext(
            catalog: catalog, nodeName: try reader.nodeName(), version: Version.current, storeID: reader.storeID.bytes)
        var request = try question.request(of: context.origin)
        if request.isOpen { request.last = FlowAPI.defaultLast }
        var sink = FlowSink(output, output.printer(context, mask: try question.mask()))
        let answer = observer.answer(to: request)
        var told: [LostEvent] = []
        var progress = FlowAnswer.Progress.more
        while case .more = progress, !stop.isSet {
            var flows: [Flow] = []
            var losses: [LostEvent] = []
            progress = try answer.step(into: &flows, losses: &losses, limit: Self.batch)
            for loss in losses { sink.take(loss) }
            for flow in flows { sink.take(flow) }
            told += losses
            try sink.flush(isIdle: false)
        }
        sink.closing.coverage = CoverageReport(
            asked: (request.since, request.until), held: observer.heldTimes(), losses: told, damagedBlocks: 0,
            damagedFlows: 0)
        try sink.end()
        for line in observer.takeDamage() { StandardStream.error.say("damaged: \(line)") }
        if stop.isSet { throw CommandFailure.interrupted }
    }
}
