import ArgumentParser
import Console
import FlowCatalog
import FlowFilter
import FlowHistory
import FlowModel
import FlowObserver
import SystemRuntime

struct HistoryExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the flows of a store to a file, oldest first.",
        discussion: """
            ndjson: the lines of `apus observe --output jsonpb`, gaps first; `apus history import` reads them. csv: a header and a
            line a flow, by RFC 4180. The filters, --since and --until are those of `apus observe`. FILE is complete once it has
            its name; - is standard output. Parquet is left out: Swift has no well-kept library for it, and DuckDB or pandas make
            it of either form.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case ndjson, csv }

    @OptionGroup var store: StoreOptions

    @Option(name: [.short, .long], help: "What to write: ndjson, csv.")
    var output = Format.ndjson

    @Argument(help: "The file to write; - for standard output.")
    var file: String

    @OptionGroup(title: "Which times") var times: TimeOptions

    @OptionGroup(title: "Which flows") var filters: FilterOptions

    func run() throws {
        try HistoryCommand.reporting {
            let request = try FlowRequest(
                queryItems: times.items + filters.items, now: SystemClock.realtimeNanoseconds(),
                accepting: FilterParameter.captured.filter { $0 != .uuid && $0 != .nodeName })
            let catalog = FlowCatalog()
            var scan = try StoreScan(directory: store.dataDir, request, catalog: catalog)
            let format = try ExportFormat(output, &scan, catalog)
            var export = StoreExport(format)
            let damage = try export.write(&scan, to: file)
            if let damage {
                throw CommandFailure.failed(
                    "\(damage.blocks) blocks of \(damage.flows) flows are damaged and left out, the first: \(damage.first)"
                )
            }
        }
    }
}

/// The two forms.
enum ExportFormat {
    case ndjson(FlowPrinter)
    case csv(FlowCSV)

    init(_ format: HistoryExportCommand.Format, _ scan: inout StoreScan, _ catalog: FlowCatalog) throws {
        let node = try scan.nodeName()
        switch format {
        case .ndjson:
            self = .ndjson(
                FlowPrinter(
                    format: .jsonpb, catalog: catalog, nodeName: node, version: Version.current,
                    storeID: scan.storeID.bytes))
        case .csv: self = .csv(FlowCSV(catalog: catalog, nodeName: node))
        }
    }
}

/// A running export.
struct StoreExport {
    private var format: ExportFormat
    private var progress = ProgressText()
    private var bytes: [UInt8] = []
    private var flows: UInt64 = 0
    private static let outputBytes = 65_536

    init(_ format: ExportFormat) { self.format = format }

    /// - Returns: what could not be read.
    mutating func write(
        _ scan: inout StoreScan, to path: String
    ) throws -> (blocks: Int, flows: Int, first: HistoryError)? {
        let stop = StopFlag()
        let file = try OutputFile(path)
        do {
            try write(scan.losses(), file)
            while let batch = try scan.next() {
                if stop.isSet { throw CommandFailure.failed("stopped; nothing is left of \(path)") }
                try write(batch, file)
                tell(batch, scan.extent)
            }
            try file.write(bytes)
        } catch {
            file.discard()
            throw error
        }
        try file.finish()
        for line in scan.otherDamage { StandardStream.error.say("damaged: \(line)") }
        StandardStream.error.say("exported \(flows.withThousands) flows")
        return scan.damage
    }

    private mutating func write(_ losses: [LostEvent], _ file: borrowing OutputFile) throws {
        var lost: [LossPlace: UInt64] = [:]
        for loss in losses { lost[loss.place, default: 0] += loss.count }
        switch format {
        case .ndjson(var printer):
            for loss in losses { printer.append(loss, to: &bytes) }
            format = .ndjson(printer)
        case .csv: bytes += FlowCSV.header
        }
        for (place, count) in lost.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            StandardStream.error.say("\(count.withThousands) flows of these times were lost (\(place.rawValue))")
        }
    }

    private mutating func write(_ batch: [Flow], _ file: borrowing OutputFile) throws {
        switch format {
        case .ndjson(var printer):
            for flow in batch { printer.append(flow, to: &bytes) }
            format = .ndjson(printer)
        case .csv(var writer):
            for flow in batch { writer.append(flow, to: &bytes) }
            format = .csv(writer)
        }
        flows += UInt64(batch.count)
        guard bytes.count >= Self.outputBytes else { return }
        try file.write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    private mutating func tell(_ batch: [Flow], _ extent: HistoryExtent) {
        guard let last = batch.last, let sequences = extent.sequences else { return }
        let (done, all) = (last.sequence - sequences.lowerBound, sequences.upperBound - sequences.lowerBound)
        let flows = flows
        progress.tell("exported \(flows.withThousands) flows, \(all == 0 ? 100 : done * 100 / all) % of the store")
    }
}
