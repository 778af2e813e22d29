import ArgumentParser
import FlowHistory
import SystemRuntime

struct HistoryInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Say what a store holds, how large it is, and who writes it.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var format: ReportOptions

    func run() throws {
        try HistoryCommand.reporting {
            var reader = try HistoryReader(directory: store.dataDir)
            let info = StoreInfo(
                try reader.report(), directory: store.dataDir, now: SystemClock.realtimeNanoseconds())
            switch format.output {
            case .text: try StandardStream.output.write(Array((info.lines.joined(separator: "\n") + "\n").utf8))
            case .json: try StandardStream.output.write(json: info)
            }
        }
    }
}
