import ArgumentParser
import Console
import FlowAPI
import FlowFilter
import FlowWire
import SystemRuntime

struct ObserveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "observe",
        abstract: "Print flows, from a server, from a store on disk, or from a file.",
        discussion: """
            Live, what is being dropped in a namespace, and why:
              apus observe -f --verdict DROPPED --namespace shop --print-policy-names

            What a pod did in the last two hours, but for its questions to DNS:
              apus observe --since 2h --from-pod shop/frontend --not --port 53

            The last hundred flows of a store, without a server; of a file of flows, Hubble's or Apus':
              apus observe --data-dir /var/lib/apus --last 100
              zcat flows.json.gz | apus observe --input-file - --http-status 5+

            Conditions of any shape:
              apus observe --where 'verdict == DROPPED and (to.port in 80..90 or from.pod =~ "web-.*") and not to.ip in 10.0.0.0/8'

            The same filter given twice finds either value, different filters must all hold, and --not turns the next filter \
            round. Without --first, --last, --all, --since, --until or --follow, the newest \(FlowAPI.defaultLast) flows are printed, oldest \
            first; of a file, all.
            """)

    @Flag(name: [.short, .long], help: "Go on with new flows as they come, until Ctrl-C or --until.")
    var follow = false

    @OptionGroup(title: "Which times, how many") var times: TimeOptions

    @OptionGroup(title: "Which times, how many") var count: CountOptions

    @OptionGroup(title: "How to print them") var output: FlowOutputOptions

    @OptionGroup(title: "Where from") var source: SourceOptions

    @OptionGroup(title: "The server") var connection: ServerConnection

    @OptionGroup(title: "Which flows") var filters: FilterOptions

    func validate() throws {
        if follow && output.output == .table {
            throw ValidationError("--output table cannot be used with --follow: columns are aligned at the end")
        }
        if source.inputFile != nil && !output.fieldMask.isEmpty {
            throw ValidationError("--field-mask cannot be used with --input-file: its lines are passed on as they are")
        }
        if follow && source.isLocal {
            throw ValidationError("--follow needs a server: a store or file that nobody writes has no new flows")
        }
    }

    func run() async throws {
        let isOpen = count.all && times.since == nil
        let question = FlowQuestion(
            items: times.items + count.items + (isOpen ? [(name: "since", value: "1970-01-01T00:00:00Z")] : [])
                + (follow ? [(name: "follow", value: "true")] : []) + filters.items,
            allowlist: source.allowlist, denylist: source.denylist, fields: output.fields)
        try await CommandFailure.reporting {
            if source.printRawFilters { return try question.printRawFilters() }
            let request = try question.request(of: source.inputFile == nil ? .unknown : .file)
            for warning in request.filter.contradictions { StandardStream.error.say("apus: warning: \(warning)") }
            if let path = source.inputFile {
                try FileFlows(path).print(request, output)
            } else if let directory = source.dataDir {
                try StoredFlows(directory).print(question, output)
            } else {
                try await ServedFlows(connection, reconnects: source.reconnect).print(question, output)
            }
        }
    }
}

/// From when to when.
struct TimeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("From this time on: 2h, 1h30m, 2026-03-14T09:26:53Z, now.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Up to this time; of flows that are followed, the end.", valueName: "time"))
    var until: String?

    /// As a query's parameters.
    var items: [(name: String, value: String)] {
        [("since", since), ("until", until)].compactMap { name, value in value.map { (name: name, value: $0) } }
    }
}

/// How many.
struct CountOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only the oldest so many.", valueName: "n"))
    var first: Int?

    @Option(
        help: ArgumentHelp(
            "Only the newest so many, also after --since; with --follow these, and then new ones.", valueName: "n"))
    var last: Int?

    @Flag(help: "All that there are.")
    var all = false

    func validate() throws {
        for (name, value) in [("first", first), ("last", last)] {
            if let value, value < 0 {
                throw ValidationError("--\(name) \(value): accepted is a number of flows, from 0")
            }
        }
        guard !(all && first != nil) else { throw ValidationError("--all cannot be given together with --first") }
        guard !(all && last != nil) else { throw ValidationError("--all cannot be given together with --last") }
    }

    /// As a query's parameters.
    var items: [(name: String, value: String)] {
        let given = [
            ("first", first.map { "\($0)" }), ("last", last.map { "\($0)" }),
        ]
        return given.compactMap { name, value in value.map { (name: name, value: $0) } }
    }
}

/// Where flows are read.
struct SourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Read the store in this directory instead of asking a server.", valueName: "directory"),
        completion: .directory)
    var dataDir: String?

    @Option(
        help: ArgumentHelp(
            "Read flows in JSON from this file, a line each, instead of asking a server; - is standard input.",
            valueName: "file"), completion: .file())
    var inputFile: String?

    @Flag(
        inversion: .prefixedNo,
        help:
            "When the server goes away, wait for it and go on behind the last flow; with --follow unless it is switched off."
    )
    var reconnect: Bool?

    @Option(
        help: ArgumentHelp(
            "A filter in Hubble's own form, in JSON: an alternative to the other filters.", valueName: "json"))
    var allowlist: [String] = []

    @Option(help: ArgumentHelp("The same, of flows to leave out.", valueName: "json"))
    var denylist: [String] = []

    @Flag(help: "Print the filters in Hubble's own form, as --allowlist and --denylist take them, and ask nobody.")
    var printRawFilters = false

    var isLocal: Bool { dataDir != nil || inputFile != nil }

    func validate() throws {
        guard dataDir == nil || inputFile == nil else {
            throw ValidationError("--data-dir and --input-file cannot be given together: flows come from one place")
        }
    }
}
