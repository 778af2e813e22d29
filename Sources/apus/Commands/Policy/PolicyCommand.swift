import ArgumentParser

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check policies before they are in force, ask them why, and see which rules decide.",
        subcommands: [PolicyCheckCommand.self, PolicyExplainCommand.self, PolicyListCommand.self])
}
