import ArgumentParser
import Console
import FlowAPI
import FlowCatalog
import FlowFilter
import FlowHistory
import FlowObserver
import FlowWire
import Foundation
import HTTPTransport
import SystemRuntime

struct DropsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drops",
        abstract: "Say who is dropped, why and how often, from a server or from a store on disk.",
        usage:
            "apus drops [--output FORMAT] [--limit N] [--server ADDRESS | --data-dir DIR] [--since TIME] [--FILTER VALUE ...]",
        discussion: """
            Drops of the same reason, rule, source and destination are one line, those with the most flows first. Filters
            and times are those of `apus observe`.

              apus drops --since 2h --namespace shop
              apus drops --data-dir /var/lib/apus --limit 20 --output json
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case table, json }

    @Option(name: [.short, .long], help: "How to print them: table, json.")
    var output = Format.table

    @Option(help: ArgumentHelp("Lines at most.", valueName: "n"))
    var limit = SumLimits.defaultEntries

    @OptionGroup var connection: ServerConnection

    @Option(help: "Read the store in this directory instead of asking a server.")
    var dataDir: String?

    @OptionGroup(title: "Which times") var times: TimeOptions

    @OptionGroup(title: "Which flows") var filters: FilterOptions

    func run() async throws {
        do {
            let items = [(name: "limit", value: String(limit))] + times.items + filters.items
            // Checked here, so that a mistake is told without a server.
            let question = try DropsQuestion(
                queryItems: items, now: SystemClock.realtimeNanoseconds(), mostGroups: SumLimits().groups)
            let report =
                if let dataDir { try stored(question, dataDir) } else { try await served(items) }
            let text = output == .json ? ReportJSON.text(report) : DropsTable.text(report)
            try StandardStream.output.write(Array(text.utf8))
        } catch let error as FilterError {
            throw CommandFailure.usage(error.commandLineText)
        } catch let error as CommandFailure {
            throw error
        } catch let error as SystemError where error.isBrokenPipe {
            return
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }

    /// As long as it takes: Ctrl-C ends it.
    private func stored(_ question: DropsQuestion, _ directory: String) throws -> DropsReport {
        let catalog = FlowCatalog()
        var reader = try HistoryReader(directory: directory)
        let observer = try FlowObserver(storeIn: directory, &reader, catalog)
        return try question.answer(from: observer, ReadingBudget())
    }

    private func served(_ items: [(name: String, value: String)]) async throws -> DropsReport {
        let target = HTTPClientStream.target(
            path: "/v1/drops", queryItems: items.map { HTTPQueryItem(name: $0.name, value: $0.value) })
        let text = try await connection.get(target) { try await $0.text() }
        return try JSONDecoder().decode(DropsReport.self, from: Data(text.utf8))
    }
}
