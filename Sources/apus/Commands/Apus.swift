import ArgumentParser
import SystemRuntime

/// `apus`: 0 done, 1 failed, 2 wrong usage.
@main
struct Apus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apus",
        abstract: "Flow observability for Linux hosts and Kubernetes nodes.",
        discussion: """
            Try it:
              apus demo                                       a laboratory with live flows
              apus serve --manifests DIR --interface eth0     this host
              apus observe -f --verdict DROPPED               what is being dropped
              apus drops --since 2h                           who is dropped, by what, how often
              apus sql "select …"                             history as tables
              apus record FILE, apus replay FILE              the same events again, elsewhere
            """,
        subcommands: [
            DemoCommand.self, ServeCommand.self, ObserveCommand.self, DropsCommand.self, TopCommand.self,
            GraphCommand.self, WhyCommand.self, StatusCommand.self,
            RecordCommand.self, ReplayCommand.self, HistoryCommand.self, SQLCommand.self, PolicyCommand.self,
            TokenCommand.self,
            VersionCommand.self,
        ])

    static func main() async {
        ProcessMemory.configure()
        StandardStream.ignoreBrokenPipes()
        do {
            var command = try parseAsRoot(FilterArguments.prepared(Array(CommandLine.arguments.dropFirst())))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as CommandFailure {
            StandardStream.error.say("apus: \(error)")
            exit(withError: ExitCode(error.exitCode))
        } catch let error as SystemError where error.isBrokenPipe {
            exit()
        } catch {
            let code = exitCode(for: error)
            if code == .validationFailure {
                StandardStream.error.say(fullMessage(for: error))
                exit(withError: ExitCode(2))
            }
            exit(withError: error)
        }
    }
}

/// A command could not do what it was asked.
struct CommandFailure: Error, CustomStringConvertible {
    /// Ctrl-C ended what would have come to an end by itself.
    static let interrupted = CommandFailure(description: "interrupted", exitCode: 130)

    let description: String
    let exitCode: Int32

    static func failed(_ reason: some CustomStringConvertible) -> CommandFailure {
        CommandFailure(description: reason.description, exitCode: 1)
    }

    static func usage(_ reason: some CustomStringConvertible) -> CommandFailure {
        CommandFailure(description: reason.description, exitCode: 2)
    }
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    func run() throws {
        try StandardStream.output.write(Array("apus \(Version.current)\n".utf8))
    }
}
