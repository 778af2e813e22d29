import ArgumentParser
import FlowHistory
import SystemRuntime

struct HistoryImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Put the flows of a file into a store, a new one or one that no server writes.",
        discussion: """
            Lines are those of `apus history export`, of `hubble observe --output jsonpb`, or flows by themselves. Flows are kept
            in the order of the file and get the store's own sequence and uuid; gaps (lost_events) are kept, too. Nothing goes by
            age or size while this runs; a server that opens the store afterwards removes what is too old for it. Names of a new
            store's node come from the first line that tells one.
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "The file to read; - for standard input.")
    var file: String

    func run() throws {
        try HistoryCommand.reporting {
            var source = try LineFile(reading: file)
            let account = try StoreImport.run(&source, into: store.dataDir)
            for line in account.lines { StandardStream.error.say(line) }
            if account.flows == 0 && account.refused > 0 {
                throw CommandFailure.failed("no line of \(file) is a flow")
            }
        }
    }
}
