import ArgumentParser
import Console
import FlowAPI
import FlowCatalog
import FlowFilter
import FlowHistory
import FlowModel
import FlowObserver
import FlowRing
import FlowWire
import Foundation
import HTTPTransport
import SystemRuntime

struct ObserveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "observe",
        abstract: "Print flows, from a server or from a store on disk.",
        usage: "apus observe [--follow] [--output FORMAT] [--server ADDRESS | --data-dir DIR] [--FILTER VALUE ...]",
        discussion: """
            Without --first, --last, --since, --until or --follow the newest \(FlowAPI.defaultLast) flows are printed, oldest first.
            The same filter given twice matches either value, different filters must all match, --not turns the next
            filter round. Each takes a value:

            \(filterHelp)

              apus observe -f --verdict DROPPED --namespace shop
              apus observe --since 2h --from-pod shop/frontend --not --port 53
              apus observe --data-dir /var/lib/apus --last 100 --output json
            """)

    @Flag(name: [.short, .long], help: "Go on with new flows as they come.")
    var follow = false

    @OptionGroup var output: OutputOptions

    @OptionGroup var connection: ServerConnection

    @Option(help: "Read the store in this directory instead of asking a server.")
    var dataDir: String?

    @Argument(parsing: .allUnrecognized, help: .hidden)
    var filters: [String] = []

    func run() async throws {
        do {
            if follow && output.output == .table {
                throw CommandFailure.usage(
                    "--output table cannot be used with --follow: columns are aligned at the end")
            }
            var items = try FilterArguments.queryItems(filters)
            if follow { items.append((name: "follow", value: "true")) }
            // Checked here, so that a mistake is told without a server.
            _ = try FlowRequest(queryItems: items, now: SystemClock.realtimeNanoseconds())
            if let dataDir {
                try StoredFlows(dataDir).print(items, output)
            } else {
                try await ServedFlows(connection).print(items, output)
            }
        } catch let error as FilterError {
            throw CommandFailure.usage(error.commandLineText)
        } catch let error as CommandFailure {
            throw error
        } catch let error as SystemError where error.isBrokenPipe {
            return
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }

    private static var filterHelp: String {
        FilterParameter.captured.filter { $0 != .follow && $0 != .not }
            .map { "  --\($0.rawValue): \($0.accepted)" }.joined(separator: "\n")
    }
}

extension FilterError {
    /// The error of a flag.
    var commandLineText: String {
        var text = "--\(parameter)"
        if let value { text += " \"\(value)\"" }
        text += ": \(problem)"
        if let suggestion { text += "; did you mean --\(suggestion)?" }
        if let accepted { text += "; accepted: \(accepted)" }
        return text
    }
}

/// `--verdict DROPPED --port=80 --not --pod x` → names and values, in their order.
enum FilterArguments {
    private static let shortNames = ["-n": FilterParameter.namespace.rawValue, "-t": FilterParameter.type.rawValue]

    static func queryItems(_ arguments: [String]) throws -> [(name: String, value: String)] {
        var items: [(name: String, value: String)] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard let name = shortNames[argument] ?? longName(argument) else {
                throw CommandFailure.usage("\"\(argument)\" is no filter; `apus observe --help` lists them")
            }
            if let equals = name.firstIndex(of: "=") {
                items.append((String(name[..<equals]), String(name[name.index(after: equals)...])))
            } else if name == FilterParameter.not.rawValue {
                items.append((name, ""))
            } else if let value = rest.popFirst() {
                items.append((name, value))
            } else {
                throw CommandFailure.usage("--\(name) lacks a value")
            }
        }
        return items
    }

    private static func longName(_ argument: String) -> String? {
        argument.hasPrefix("--") && argument.count > 2 ? String(argument.dropFirst(2)) : nil
    }
}

extension FlowObserver {
    /// Answers from a store alone, with the flows that it has now.
    convenience init(
        storeIn directory: String, _ reader: inout HistoryReader, _ catalog: FlowCatalog
    ) throws(HistoryError) {
        let through = try reader.extent().sequences?.upperBound ?? 0
        self.init(
            catalog: catalog, ring: BroadcastRing(capacity: 2, start: through + 1), losses: LossLedger(),
            history: .init(directory: directory, readersCatalog: catalog) { through })
    }
}

/// Flows of a store, without a server.
struct StoredFlows {
    private let directory: String

    init(_ directory: String) { self.directory = directory }

    func print(_ items: [(name: String, value: String)], _ output: OutputOptions) throws {
        let catalog = FlowCatalog()
        var reader = try HistoryReader(directory: directory, catalog: catalog)
        let observer = try FlowObserver(storeIn: directory, &reader, catalog)
        let nodeName = try reader.nodeName()
        let storeID = reader.storeID.bytes
        let context = FlowJSONContext(
            catalog: catalog, nodeName: nodeName, version: Version.current, storeID: storeID)
        var request = try FlowRequest(
            queryItems: items, now: SystemClock.realtimeNanoseconds(), of: context.origin)
        if request.follow {
            throw CommandFailure.usage("--follow needs a server: a store that nobody writes has no new flows")
        }
        if request.isOpen { request.last = FlowAPI.defaultLast }
        var printer = output.printer(catalog: catalog, nodeName: nodeName, storeID: storeID)
        let answer = observer.answer(to: request)
        var progress = FlowAnswer.Progress.more
        while case .more = progress {
            var flows: [Flow] = []
            var losses: [LostEvent] = []
            progress = try answer.step(into: &flows, losses: &losses, limit: 1_024)
            var bytes: [UInt8] = []
            for loss in losses { printer.append(loss, to: &bytes) }
            for flow in flows { printer.append(flow, to: &bytes) }
            try StandardStream.output.write(bytes)
        }
        var rest: [UInt8] = []
        printer.flush(to: &rest)
        try StandardStream.output.write(rest)
        for line in observer.takeDamage() { StandardStream.error.say("damaged: \(line)") }
    }
}

/// Flows of a server.
struct ServedFlows {
    private let connection: ServerConnection

    init(_ connection: ServerConnection) { self.connection = connection }

    func print(_ items: [(name: String, value: String)], _ output: OutputOptions) async throws {
        let target = HTTPClientStream.target(
            path: "/v1/flows", queryItems: items.map { HTTPQueryItem(name: $0.name, value: $0.value) })
        try await connection.get(target) { response in
            switch output.output {
            case .json, .jsonpb:
                for try await line in response.lines { try StandardStream.output.write(Array((line + "\n").utf8)) }
            default: try await printText(response.lines, output)
            }
        }
    }

    private func printText(_ lines: HTTPResponseLines, _ output: OutputOptions) async throws {
        let catalog = FlowCatalog()
        var decoder = FlowJSONDecoder(catalog)
        var printer = FlowPrinter(
            format: output.output, colour: output.isColoured, options: output.printerOptions, catalog: catalog)
        for try await line in lines {
            var bytes: [UInt8] = []
            switch try decoder.decode(Array(line.utf8)) {
            case .flow(let flow): printer.append(flow, to: &bytes)
            case .lost(let loss): printer.append(loss, to: &bytes)
            default: break
            }
            try StandardStream.output.write(bytes)
        }
        var rest: [UInt8] = []
        printer.flush(to: &rest)
        try StandardStream.output.write(rest)
    }
}
