import ArgumentParser
import Console
import Datapath
import FlowCapture
import FlowCatalog
import FlowHistory
import Foundation
import HTTPTransport
import SystemRuntime

extension OutputFormat: ExpressibleByArgument {}
extension ColourMode: ExpressibleByArgument {}
extension DatapathSettings.TraceAggregation: ExpressibleByArgument {}

extension HTTPAddress: ExpressibleByArgument {
    package init?(argument: String) { try? self.init(parsing: argument) }
    package var defaultValueDescription: String { description }
}

/// `10s`, `5m`, `2h`, `7d`, `500ms`.
struct DurationArgument: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let digits = argument.prefix { $0.isNumber }
        guard let number = Int64(digits), number > 0 else { return nil }
        switch argument.dropFirst(digits.count) {
        case "ms": duration = .milliseconds(number)
        case "s": duration = .seconds(number)
        case "m": duration = .seconds(number * 60)
        case "h": duration = .seconds(number * 3_600)
        case "d": duration = .seconds(number * 86_400)
        default: return nil
        }
    }

    var defaultValueDescription: String { shown }

    /// `2s`, `500ms`
    var shown: String {
        let milliseconds = Int(duration / .milliseconds(1))
        return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
    }
}

/// A `DurationArgument` up to a minute, or `0`.
struct DurationOrNone: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let duration = argument == "0" ? .zero : DurationArgument(argument: argument)?.duration
        guard let duration, duration <= .seconds(60) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { "\(Int(duration / .milliseconds(1)))ms" }
}

/// `512MiB`, `10GiB`; a bare number is bytes.
struct ByteCountArgument: ExpressibleByArgument {
    let bytes: UInt64

    init?(argument: String) {
        let digits = argument.prefix { $0.isNumber }
        guard let number = UInt64(digits) else { return nil }
        let factors: [Substring: UInt64] = ["": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40]
        guard let factor = factors[argument.dropFirst(digits.count)] else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        self.bytes = bytes
    }
}

/// How flows are printed.
struct OutputOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "How to print flows: compact, dict, table, json, jsonpb.")
    var output = OutputFormat.compact

    @Option(help: "When to use colours: auto, always, never; auto, which honours NO_COLOR, if nothing is set.")
    var color: ColourMode?

    @Flag(help: "Say which policy decided, or of which policies no rule let the packet through, and the nearest one.")
    var printPolicyNames = false

    mutating func validate() throws {
        if color == nil, let value = try ClientSettings.value(.color) { color = ColourMode(rawValue: value.text) }
    }

    var isColoured: Bool {
        (color ?? .auto).isColoured(
            isTerminal: StandardStream.output.isTerminal, noColour: ProcessInfo.processInfo.environment["NO_COLOR"])
    }

    var printerOptions: PrinterOptions {
        var options = PrinterOptions()
        options.showsPolicyNames = printPolicyNames
        return options
    }

    /// - Parameter storeID: 16 bytes; see `FlowJSONContext`.
    func printer(catalog: FlowCatalog, nodeName: String, storeID: [UInt8]) -> FlowPrinter {
        FlowPrinter(
            format: output, colour: isColoured, options: printerOptions, catalog: catalog, nodeName: nodeName,
            version: Version.current,
            storeID: storeID)
    }
}

/// Settings of the way from the kernel to the event ring.
struct CaptureOptions: ParsableArguments {
    @Option(
        help: "What is told of forwarded packets: medium (first packet, new TCP flags, then every 5 s) or none (each).")
    var aggregation = DatapathSettings.TraceAggregation.medium

    @Option(help: ArgumentHelp("A kernel drop reason to leave out; replaces the default list.", valueName: "reason"))
    var ignoreKernelReason: [String] = []

    @Option(help: ArgumentHelp("Size of the BPF ring buffer: a power of two.", valueName: "bytes"))
    var ringBufferBytes: UInt32 = DatapathSettings().ringBufferBytes

    @Option(help: ArgumentHelp("Events between capture and the next stage: a power of two.", valueName: "n"))
    var eventRingEvents = Limits().eventRingEvents

    @Option(
        help: ArgumentHelp("How long an event may wait for its reader at low load: 1ms to 1s.", valueName: "time"))
    var latency: DurationArgument?

    @Option(
        help: ArgumentHelp("Entries of the kernel's map of policies, old ones beside new ones.", valueName: "n"))
    var policyEntries = DatapathSettings().policyEntries

    @Option(help: ArgumentHelp("Address prefixes of the kernel's map of identities.", valueName: "n"))
    var ipcacheEntries = DatapathSettings().ipcacheEntries

    @Option(
        help: ArgumentHelp(
            "Connections that the kernel tracks; the one that was idle longest makes room.", valueName: "n"))
    var conntrackEntries = DatapathSettings().conntrackEntries

    func validate() throws {
        try RingCapacity.check(eventRingEvents, "event-ring-events")
        let entries = [
            ("policy-entries", policyEntries), ("ipcache-entries", ipcacheEntries),
            ("conntrack-entries", conntrackEntries),
        ]
        for (name, value) in entries where !(1...(1 << 26)).contains(value) {
            throw ValidationError("--\(name) \(value): accepted is 1 to \(1 << 26)")
        }
        guard latency.map({ $0.duration <= .seconds(1) }) ?? true else {
            throw ValidationError(
                "--latency: accepted is 1ms to 1s; \(Capture.defaultLatencyMilliseconds)ms if left out")
        }
    }

    func apply(to settings: inout ServerSettings) {
        settings.datapath.traceAggregation = aggregation
        settings.datapath.ringBufferBytes = ringBufferBytes
        settings.datapath.policyEntries = policyEntries
        settings.datapath.ipcacheEntries = ipcacheEntries
        settings.datapath.conntrackEntries = conntrackEntries
        if !ignoreKernelReason.isEmpty { settings.datapath.ignoredKernelReasons = ignoreKernelReason }
        settings.limits.eventRingEvents = eventRingEvents
        if let latency { settings.limits.latencyMilliseconds = Int32(latency.duration / .milliseconds(1)) }
    }
}

enum RingCapacity {
    static func check(_ value: Int, _ name: String) throws {
        guard (1_024...(1 << 24)).contains(value), value & (value - 1) == 0 else {
            throw ValidationError("--\(name) \(value): accepted is a power of two from 1024 to 16777216")
        }
    }
}

enum HistoryPeriod {
    /// A shorter one makes a file for a handful of flows, with a longer one retention takes all at once.
    static func check(_ period: DurationArgument?) throws {
        guard let period, !(.seconds(60) ... .seconds(30 * 86_400)).contains(period.duration) else { return }
        throw ValidationError("--history-period \(period.duration): accepted is 1m to 30d")
    }
}

/// Settings of the data plane that `serve` and `demo` share.
struct PipelineOptions: ParsableArguments {
    @OptionGroup var capture: CaptureOptions

    @OptionGroup var metrics: MetricsOptions

    @Option(help: ArgumentHelp("Flows in memory that live readers can look back on: a power of two.", valueName: "n"))
    var flowRingFlows = Limits().flowRingFlows

    @Option(
        help: ArgumentHelp(
            "A flow whose pod becomes known within this time gets its name: 500ms, 2s; 0 for none. History waits as long.",
            valueName: "time"))
    var nameGrace = DurationOrNone(.nanoseconds(Limits().nameGraceNanoseconds))

    @Option(help: ArgumentHelp("How long history is kept: 30m, 12h, 7d.", valueName: "age"))
    var historyAge: DurationArgument?

    @Option(help: ArgumentHelp("How large history may grow: 512MiB, 10GiB.", valueName: "size"))
    var historySize: ByteCountArgument?

    @Option(
        help: ArgumentHelp(
            "What history leaves free on its disk, its oldest files go for it: 512MiB, 10GiB; 1GiB if left out, 0 for all.",
            valueName: "size"))
    var historyMinFree: ByteCountArgument?

    @Option(
        help: ArgumentHelp(
            "How long a file of history reaches, and what goes at once: 1m to 30d; 1h if left out, at most an eighth of --history-age.",
            valueName: "time"))
    var historyPeriod: DurationArgument?

    func validate() throws {
        try RingCapacity.check(flowRingFlows, "flow-ring-flows")
        try HistoryPeriod.check(historyPeriod)
    }

    /// - Parameter settings: with the node's name.
    func apply(to settings: inout ServerSettings) throws {
        capture.apply(to: &settings)
        settings.metrics = try metrics.settings(settings.nodeName)
        settings.metricsFile = metrics.file(settings.nodeName)
        settings.limits.flowRingFlows = flowRingFlows
        settings.limits.nameGraceNanoseconds = UInt64(nameGrace.duration / .nanoseconds(1))
        settings.history.maximumAge = historyAge?.duration ?? Self.defaultHistoryAge
        settings.history.maximumBytes = historySize?.bytes ?? Self.defaultHistoryBytes
        if let historyMinFree { settings.history.minimumFreeBytes = historyMinFree.bytes }
        if let historyPeriod { settings.history.partitionPeriod = historyPeriod.duration }
    }

    private static let defaultHistoryAge = Duration.seconds(7 * 86_400)
    private static let defaultHistoryBytes: UInt64 = 4 << 30
}
