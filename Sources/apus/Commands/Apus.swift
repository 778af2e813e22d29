import ArgumentParser
import SystemRuntime

/// `apus`: 0 done, 1 failed, 2 wrong usage.
@main
struct Apus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apus",
        abstract: "Flow observability for Linux hosts and Kubernetes nodes.",
        discussion: """
            Try it: a laboratory of network namespaces with live flows, until Ctrl-C.
              apus demo

            On this host, and then from another terminal:
              apus serve --manifests /etc/apus/manifests --interface eth0
              apus observe -f --verdict DROPPED               what is being dropped
              apus drops --since 2h --why                     who is dropped, by what, how often, what to do
              apus doctor                                     what keeps it from working

            It ends with 0 when all is done (also when Ctrl-C ends what has no end of its own, or the reader of its output went \
            away), 1 when something failed, 2 for wrong usage, 130 when Ctrl-C ended it before its end.
            """,
        version: "apus \(Version.current)",
        subcommands: [
            ObserveCommand.self, DropsCommand.self, TopCommand.self, GraphCommand.self, WhyCommand.self,
            StatusCommand.self, ListCommand.self, WatchCommand.self, DoctorCommand.self, ConfigCommand.self,
            PolicyCommand.self, HistoryCommand.self, MetricsCommand.self, SQLCommand.self, ServeCommand.self,
            DemoCommand.self,
            RecordCommand.self, ReplayCommand.self, TokenCommand.self, CompletionCommand.self, VersionCommand.self,
            InstallFilesCommand.self,
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
