import ArgumentParser
import Console
import FlowHistory
import SystemRuntime

struct HistoryCompactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Make neighbouring small partitions of a store one, with full blocks.",
        discussion: """
            No flow and no gap is lost, however it ends. The newest partition stays as it is, and so do damaged ones. While it works
            it needs room for twice the largest new partition.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var format: ReportOptions

    @Option(
        help: ArgumentHelp("How long a partition's flows may reach: 10m, 1h, 1d; 1h if left out.", valueName: "time"))
    var historyPeriod: DurationArgument?

    func validate() throws { try HistoryPeriod.check(historyPeriod) }

    func run() throws {
        try HistoryCommand.reporting {
            var writer = try HistoryWriter.maintaining(store.dataDir) { settings in
                if let period = historyPeriod?.duration { settings.partitionPeriod = period }
            }
            var compaction = Compaction()
            let before = try HistoryReport.of(store.dataDir)
            (compaction.bytesBefore, compaction.partitionsBefore) = (before.bytes, before.partitions.count)
            try writer.compact { run in
                compaction.add(run)
                StandardStream.error.say(Self.text(run))
            }
            try writer.close()
            let after = try HistoryReport.of(store.dataDir)
            (compaction.bytesAfter, compaction.partitionsAfter) = (after.bytes, after.partitions.count)
            if format.output == .json { return try StandardStream.output.write(json: compaction) }
            try StandardStream.output.write(Array(compaction.text.utf8))
        }
    }

    private static func text(_ run: CompactedRun) -> String {
        let names = run.files.count == 1 ? run.files[0] : "\(run.files[0]) and \(run.files.count - 1) more"
        if let obstacle = run.obstacle { return "\(names): left as they are, \(obstacle)" }
        return "\(names): \(run.flows.withThousands) flows, \(run.bytesBefore.withThousands) bytes, now "
            + run.bytesAfter.withThousands
    }
}

/// What `apus history compact` did.
private struct Compaction: Encodable {
    var partitionsBefore = 0
    var partitionsAfter = 0
    var bytesBefore: UInt64 = 0
    var bytesAfter: UInt64 = 0
    /// Why runs of partitions were left as they are.
    var obstacles: [String] = []

    mutating func add(_ run: CompactedRun) {
        if let obstacle = run.obstacle { obstacles.append(obstacle) }
    }

    var text: String {
        "\(partitionsBefore) partitions, \(bytesBefore.withThousands) bytes; now \(partitionsAfter), "
            + "\(bytesAfter.withThousands) bytes\n"
    }
}
