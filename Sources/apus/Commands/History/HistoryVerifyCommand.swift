import ArgumentParser
import Console
import FlowHistory
import SystemRuntime

struct HistoryVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read a whole store and say what is wrong in which file; exit code 1 if anything is.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var format: ReportOptions

    func run() throws {
        try HistoryCommand.reporting {
            var reader = try HistoryReader(directory: store.dataDir)
            var verification = Verification()
            try reader.integrityCheck { file in
                StandardStream.error.say(
                    "\(file.position) of \(file.count): \(file.name), \(file.flows.withThousands) flows")
                verification.add(file)
                guard format.output == .text else { return }
                // A reader of problems that went away has seen enough.
                for problem in file.problems {
                    try? StandardStream.output.write(Array("\(file.name): \(problem)\n".utf8))
                }
            }
            if format.output == .json { try StandardStream.output.write(json: verification) }
            guard verification.problems.isEmpty else {
                throw CommandFailure.failed("\(verification.problems.count) problems in \(store.dataDir)")
            }
            StandardStream.error.say("\(verification.flows.withThousands) flows, no problems")
        }
    }
}

/// What `apus history verify` found.
private struct Verification: Encodable {
    struct Problem: Encodable {
        var file: String
        var problem: String
    }

    var files = 0
    var flows: UInt64 = 0
    var problems: [Problem] = []

    mutating func add(_ file: CheckedFile) {
        files += 1
        flows += file.flows
        problems += file.problems.map { Problem(file: file.name, problem: $0) }
    }
}
