import ArgumentParser
import FlowCapture
import SystemRuntime

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Show the flows of a file that `apus record` wrote, or of a capture of packets.",
        discussion: """
            Names of pods come from manifests, names of the kernel's functions and drop reasons from the file. The same file and
            manifests give the same JSON each time, to the byte; with --data-dir the store gives flows their uuid and sequence.

            A capture may be pcap or pcapng, as tcpdump, dumpcap and Wireshark write them. It says of a packet that it was seen,
            not what became of it: the verdict is TRACED. Of VXLAN and Geneve packets the inner one is shown.
            """)

    @Argument(help: "The recording or capture.")
    var file: String

    @Option(help: ArgumentHelp("A directory of manifests, for names.", valueName: "dir"))
    var manifests: String?

    @Option(help: ArgumentHelp("1: as it was; 10: ten times as fast; max: as fast as possible.", valueName: "n"))
    var speed = ReplaySpeed.maximum

    @Option(help: ArgumentHelp("Keep the flows in the store in this directory, too.", valueName: "dir"))
    var dataDir: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        do {
            let replay = try Replay(file)
            TerminationSignals.install { replay.stop() }
            let events = try replay.run(speed: speed, manifests: manifests, dataDirectory: dataDir, output)
            let lost = replay.summary.end.map { ", \($0.lost) were lost while recording" } ?? ""
            StandardStream.error.say("replayed \(events) events\(lost)")
        } catch let error as SystemError where error.isBrokenPipe {
            throw error
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }
}

extension ReplaySpeed: ExpressibleByArgument {
    package init?(argument: String) {
        if argument == "max" {
            self = .maximum
        } else if let factor = Double(argument), factor > 0, factor.isFinite {
            self = .times(factor)
        } else {
            return nil
        }
    }

    package var defaultValueDescription: String { "max" }
}
