import ArgumentParser
import Console
import FlowAPI
import SystemRuntime

struct GraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Say who talks to whom, workload by workload.",
        discussion: """
            As a picture:
              apus graph --since 1h --namespace shop --output dot | dot -Tsvg > shop.svg

            For a page in Markdown:
              apus graph --output mermaid --limit 30

            Replies count with what they answer. Filters and times are those of `apus observe`.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case table, json, dot, mermaid }

    @Option(name: [.short, .long], help: "How to print it: table, json, dot, mermaid.")
    var output = Format.table

    @Option(help: ArgumentHelp("Edges at most, those with the most flows first.", valueName: "n"))
    var limit = SumLimits.defaultEntries

    @OptionGroup(title: "Where from") var source: SumsSource

    @OptionGroup(title: "Which times") var times: TimeOptions

    @OptionGroup(title: "Which flows") var filters: FilterOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let items = [(name: "limit", value: "\(limit)")] + times.items + filters.items
            let report = try await source.ask(GraphQuestion.self, "/v1/graph", items)
            let text =
                switch output {
                case .table: GraphText.table(report)
                case .json: ReportJSON.text(report)
                case .dot: GraphText.dot(report)
                case .mermaid: GraphText.mermaid(report)
                }
            try StandardStream.output.write(Array(text.utf8))
        }
    }
}
