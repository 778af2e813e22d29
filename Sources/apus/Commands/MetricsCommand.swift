import ArgumentParser
import Console
import FlowCatalog
import FlowFilter
import FlowHistory
import FlowMetrics
import FlowModel
import FlowObserver
import SystemRuntime

struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Look after metrics of flows.",
        subcommands: [MetricsEstimateCommand.self])
}

/// Counts a store's flows as a server would with another configuration.
struct MetricsEstimateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "estimate",
        abstract: "Say how many series a configuration of metrics would make of the flows that history holds.",
        discussion: """
            Nothing is turned on: the store's flows are counted here. Labels with many values are what makes many series.

              apus metrics estimate --metrics 'drop:sourceContext=pod;destinationContext=pod'
              apus metrics estimate --metrics-config metrics.yaml --since 7d
            """)

    @OptionGroup var store: StoreOptions

    @OptionGroup var metrics: MetricsOptions

    @Option(
        help: ArgumentHelp("Flows from this time on: 30m, 12h, 7d, or a moment; all if left out.", valueName: "time"))
    var since: String?

    @OptionGroup var format: ReportOptions

    func run() throws {
        try HistoryCommand.reporting {
            let estimate = try estimate()
            switch format.output {
            case .text: try StandardStream.output.write(Array(text(estimate).utf8))
            case .json: try StandardStream.output.write(json: estimate)
            }
        }
    }

    private func estimate() throws -> SeriesEstimate {
        let stop = StopFlag()
        let catalog = FlowCatalog()
        var reader = try HistoryReader(directory: store.dataDir, catalog: catalog)
        let observer = try FlowObserver(storeIn: store.dataDir, &reader, catalog)
        let settings = try metrics.settings(try reader.nodeName())
        var unbounded = settings
        unbounded.seriesLimit = MetricsSettings.seriesLimits.upperBound
        let registry = FlowMetrics(unbounded, catalog: catalog)
        // A store's oldest flow comes after 1970 began.
        let request = try FlowRequest(
            queryItems: [("since", since ?? "1970-01-01T00:00:00Z")], now: SystemClock.realtimeNanoseconds())
        let answer = observer.answer(to: request)
        var progress = FlowAnswer.Progress.more
        var flows: [Flow] = []
        var losses: [LostEvent] = []
        while case .more = progress, !stop.isSet {
            flows.removeAll(keepingCapacity: true)
            losses.removeAll(keepingCapacity: true)
            progress = try answer.step(into: &flows, losses: &losses, limit: 4_096)
            registry.add(flows.span)
        }
        if stop.isSet { throw CommandFailure.interrupted }
        var text = MetricsText(.prometheus)
        registry.write(to: &text) { _ in "" }
        return SeriesEstimate(
            flows: registry.flows, families: SeriesEstimate.families(text.bytes), seriesLimit: settings.seriesLimit,
            memoryBytes: registry.readings().memoryBytes)
    }

    private func text(_ estimate: SeriesEstimate) -> String {
        var table = TextTable(header: ["METRIC", "SERIES", "BYTES", "VALUES OF LABELS"])
        for family in estimate.families {
            let labels = family.labels.prefix(4).map { "\($0.name) \($0.values)" }.joined(separator: ", ")
            let isOver = family.series > estimate.seriesLimit
            table.append([family.name, "\(family.series)\(isOver ? "!" : "")", "\(family.bytes)", labels])
        }
        let over = estimate.families.count { $0.series > estimate.seriesLimit }
        let end =
            over == 0
            ? "within the limit of \(estimate.seriesLimit) series each"
            : "\(over) beyond the limit of \(estimate.seriesLimit) series (!): the rest would be counted under _overflow"
        return table.text
            + "\(estimate.flows) flows: \(estimate.series) series, \(estimate.bytes) bytes a scrape, \(estimate.memoryBytes) bytes of memory; \(end)\n"
    }
}
