import ArgumentParser

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Look at policies before they are in force.",
        subcommands: [PolicyCheckCommand.self])
}
