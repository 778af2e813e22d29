import ArgumentParser
import Console
import FlowAPI

struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Say who has the most flows, bytes or drops.",
        discussion: """
            Pods by bytes, drawn again every two seconds:
              apus top --sort bytes --watch

            Namespaces by drops, over a day:
              apus top --by namespace --sort drops --since 24h

            A flow counts with each of its ends. Filters and times are those of `apus observe`.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case table, json, csv }

    @Option(name: [.short, .long], help: "How to print them: table, json, csv.")
    var output = Format.table

    @Option(help: "What is ranked: pod, namespace, workload, service, port, identity.")
    var by = TopQuestion.Field.pod

    @Option(help: "By what it is ranked: flows, bytes, drops.")
    var sort = TopQuestion.Order.flows

    @Option(help: ArgumentHelp("Lines at most.", valueName: "n"))
    var limit = 20

    @OptionGroup var watching: WatchOptions

    @OptionGroup(title: "Where from") var source: SumsSource

    @OptionGroup(title: "Which times") var times: TimeOptions

    @OptionGroup(title: "Which flows") var filters: FilterOptions

    func run() async throws {
        try await CommandFailure.reporting {
            try await watching.run { [self] in
                let report = try await source.ask(TopQuestion.self, "/v1/top", items)
                return switch output {
                case .json: ReportJSON.text(report)
                case .csv: TopTable.csv(report, by: by.rawValue)
                case .table: heading + TopTable.text(report, by: by.rawValue, sort: sort.rawValue)
                }
            }
        }
    }

    private var heading: String {
        guard watching.watch else { return "" }
        let range = times.items.isEmpty ? "the last \(WatchOptions.window)" : "the times asked for"
        return "Top \(by.rawValue)s of \(range), drawn again every \(watching.interval.shown); Ctrl-C ends it\n\n"
    }

    private var items: [(name: String, value: String)] {
        [
            (name: "by", value: by.rawValue), (name: "sort", value: sort.rawValue),
            (name: "limit", value: "\(limit)"),
        ] + times.items(watching) + filters.items
    }
}

extension TopQuestion.Field: ExpressibleByArgument {}
extension TopQuestion.Order: ExpressibleByArgument {}
