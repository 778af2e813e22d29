import ArgumentParser
import FlowFilter
import FlowHistory
import SystemRuntime

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Look after a store: what it holds, whether it is whole, less of it, in and out of it.",
        discussion: """
            info, verify and export work beside a server that writes the store. prune, compact and import write it themselves and
            refuse while another process does.
            """,
        subcommands: [
            HistoryInfoCommand.self, HistoryVerifyCommand.self, HistoryPruneCommand.self, HistoryCompactCommand.self,
            HistoryExportCommand.self, HistoryImportCommand.self,
        ])

    /// Runs a command's body; what it throws becomes a line and an exit code.
    static func reporting(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as CommandFailure {
            throw error
        } catch let error as FilterError {
            throw CommandFailure.usage(error.commandLineText)
        } catch let error as SystemError where error.isBrokenPipe {
            throw error
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }
}

/// Which store is meant.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The directory of the store.", valueName: "dir"))
    var dataDir = "/var/lib/apus"
}

/// What `info`, `verify`, `prune` and `compact` can print.
enum ReportFormat: String, CaseIterable, ExpressibleByArgument { case text, json }

struct ReportOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "How to print it: text, json.")
    var output = ReportFormat.text
}
