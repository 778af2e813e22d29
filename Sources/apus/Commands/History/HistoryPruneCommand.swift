import ArgumentParser
import Console
import FlowFilter
import FlowHistory
import SystemRuntime

struct HistoryPruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove the oldest flows of a store, a partition at a time, as retention does.",
        discussion: """
            A partition goes by age when its newest flow is too old, and by size from the oldest on; the newest partition goes by
            age only. Names that no flow uses any more go, too.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var format: ReportOptions

    @Option(help: ArgumentHelp("Remove what is older: 30m, 12h, 7d.", valueName: "age"))
    var olderThan: DurationArgument?

    @Option(help: ArgumentHelp("Remove what lies before: 2026-03-14T09:00:00Z, or 7d ago as 7d.", valueName: "time"))
    var before: String?

    @Option(help: ArgumentHelp("Leave so much: 512MiB, 10GiB.", valueName: "size"))
    var maxBytes: ByteCountArgument?

    @Flag(help: "Say what would go, and remove nothing.")
    var dryRun = false

    func validate() throws {
        guard [olderThan != nil, before != nil, maxBytes != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("one of --older-than, --before and --max-bytes says what is to go")
        }
    }

    func run() throws {
        try HistoryCommand.reporting {
            let limit = try limit(now: SystemClock.realtimeNanoseconds())
            if dryRun { return try tell(.of(store.dataDir), limit, "would remove") }
            var writer = try HistoryWriter.maintaining(store.dataDir)
            let report = try HistoryReport.of(store.dataDir)
            let names = writer.prunedNames
            try writer.remove(report.partitions(beyond: limit))
            try writer.close()
            try tell(report, limit, "removed", names: try names.deleted + pruneNames())
        }
    }

    /// An opening deletes the names that no flow uses: also those whose flows have just gone.
    private func pruneNames() throws(HistoryError) -> Int {
        let writer = try HistoryWriter.maintaining(store.dataDir)
        let pruned = writer.prunedNames
        try writer.close()
        if pruned.obstacle != nil, let line = pruned.text { StandardStream.error.say(line) }
        return pruned.deleted
    }

    private func limit(now: UInt64) throws -> PruneLimit {
        if let maxBytes { return .bytes(maxBytes.bytes) }
        if let olderThan {
            let age = UInt64(olderThan.duration / .nanoseconds(1))
            return .before(now > age ? now - age : 0)
        }
        guard let before, let moment = TimeExpression.nanoseconds(before, now: now) else {
            throw CommandFailure.usage(
                "--before \"\(before ?? "")\": not a time; accepted: \(FilterParameter.since.accepted)")
        }
        return .before(moment)
    }

    private func tell(_ report: HistoryReport, _ limit: PruneLimit, _ verb: String, names: Int = 0) throws {
        let gone = report.partitions(beyond: limit)
        let pruning = Pruning(
            isDryRun: dryRun, files: gone.map(\.file), flows: gone.reduce(0) { $0 + $1.flows },
            bytes: gone.reduce(0) { $0 + $1.bytes }, names: names)
        if format.output == .json { return try StandardStream.output.write(json: pruning) }
        var lines = gone.map { part in
            "\(verb) \(part.file): \(part.times.map { "up to \($0.upperBound.momentText), " } ?? "")"
                + "\(part.flows.withThousands) flows, \(part.bytes.withThousands) bytes"
        }
        lines.append(
            "\(verb) \(gone.count) of \(report.partitions.count) partitions, \(pruning.flows.withThousands) flows, \(pruning.bytes.withThousands) bytes"
        )
        if names > 0 { lines.append("removed \(names) names that no flow uses any more") }
        try StandardStream.output.write(Array((lines.joined(separator: "\n") + "\n").utf8))
    }
}

/// What `apus history prune` removed, or would.
private struct Pruning: Encodable {
    var isDryRun: Bool
    var files: [String]
    var flows: UInt64
    var bytes: UInt64
    /// Names that no flow uses any more; those of a dry run are not looked for.
    var names: Int
}
