import ArgumentParser

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check policies before they are in force, and ask them why.",
        subcommands: [PolicyCheckCommand.self, PolicyExplainCommand.self])
}
