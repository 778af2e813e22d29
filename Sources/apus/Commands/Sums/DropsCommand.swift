import ArgumentParser
import Console
import FlowAPI
import FlowWire

struct DropsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drops",
        abstract: "Say who is dropped, why and how often, from a server or from a store on disk.",
        discussion: """
            What is being dropped now, drawn again every two seconds:
              apus drops --watch

            Of the last two hours, by reason and port only, with what it means and what to do next:
              apus drops --since 2h --by reason,port --why

            Of a store, for a spreadsheet:
              apus drops --data-dir /var/lib/apus --limit 1000 --output csv

            Drops that are alike in all that they are told apart by are one line, those with the most flows first. Filters and \
            times are those of `apus observe`.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case table, json, csv }

    @Option(name: [.short, .long], help: "How to print them: table, json, csv.")
    var output = Format.table

    @Option(
        help: ArgumentHelp("What they are told apart by: any of reason, rule, from, to, port.", valueName: "fields"))
    var by = "reason,rule,from,to"

    @Option(help: ArgumentHelp("Lines at most.", valueName: "n"))
    var limit = SumLimits.defaultEntries

    @Flag(help: "Say below each line what it means, and what to do next.")
    var why = false

    @OptionGroup var watching: WatchOptions

    @OptionGroup(title: "Where from") var source: SumsSource

    @OptionGroup(title: "Which times") var times: TimeOptions

    @OptionGroup(title: "Which flows") var filters: FilterOptions

    private static let intervals = 12

    func run() async throws {
        try await CommandFailure.reporting {
            try await watching.run { [self] in
                let report = try await source.ask(DropsQuestion.self, "/v1/drops", items)
                return switch output {
                case .json: ReportJSON.text(report)
                case .csv: DropsTable.csv(report)
                case .table: heading + DropsTable.text(report, showsWhy: why)
                }
            }
        }
    }

    private var heading: String {
        guard watching.watch else { return "" }
        let range = times.items.isEmpty ? "the last \(WatchOptions.window)" : "the times asked for"
        return "Drops of \(range), drawn again every \(watching.interval.shown); Ctrl-C ends it\n\n"
    }

    private var items: [(name: String, value: String)] {
        [
            (name: "by", value: by), (name: "limit", value: "\(limit)"),
            (name: "intervals", value: "\(Self.intervals)"),
        ] + times.items(watching) + filters.items
    }
}

extension TimeOptions {
    /// While a table is watched, the last minutes unless others are given.
    func items(_ watching: WatchOptions) -> [(name: String, value: String)] {
        items.isEmpty && watching.watch ? [(name: "since", value: WatchOptions.window)] : items
    }
}
