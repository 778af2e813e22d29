import ArgumentParser
import Console
import FlowCatalog
import FlowWire
import SystemRuntime

extension TimeLayout: ExpressibleByArgument {}

/// How flows are printed that were asked for.
struct FlowOutputOptions: ParsableArguments {
    @OptionGroup var style: OutputOptions

    @Option(
        help: ArgumentHelp(
            "How times are written, in UTC: StampMilli, RFC3339, RFC3339Milli, RFC3339Micro, RFC3339Nano.",
            valueName: "layout"))
    var timeFormat = TimeLayout.stampMilli

    @Flag(help: "Name the node of each flow.")
    var printNodeName = false

    @Flag(help: "Addresses instead of names; identities stay.")
    var numeric = false

    @Option(
        help: ArgumentHelp(
            "Of JSON, only these fields: time,verdict,source.pod_name.", valueName: "paths"))
    var fieldMask: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Say at the end how many flows there were, how far back the data reaches, what was lost.",
            discussion: "It stands on standard error, where that is a terminal unless said otherwise."))
    var summary: Bool?

    func validate() throws {
        if !fieldMask.isEmpty && !isJSON {
            throw ValidationError("--field-mask is for --output json: other formats print fields of their own")
        }
    }

    var output: OutputFormat { style.output }
    var isJSON: Bool { style.output == .json || style.output == .jsonpb }
    var showsSummary: Bool { summary ?? StandardStream.error.isTerminal }
    var fields: [String] { fieldMask.flatMap { $0.split(separator: ",").map(String.init) } }

    func printer(_ context: FlowJSONContext, mask: FlowFieldMask) -> FlowPrinter {
        var options = PrinterOptions()
        options.time = timeFormat
        options.showsNode = printNodeName
        options.isNumeric = numeric
        options.showsPolicyNames = style.printPolicyNames
        return FlowPrinter(
            format: style.output, colour: style.isColoured, options: options, catalog: context.catalog,
            nodeName: context.nodeName, version: context.version, storeID: context.storeID, mask: mask)
    }

    /// What a server need not send for text.
    var textFields: [String] {
        let sides = ["source", "destination"].flatMap { side in
            ["identity", "namespace", "pod_name"].map { "\(side).\($0)" }
        }
        let policies = ["egress_allowed_by", "ingress_allowed_by", "egress_denied_by", "ingress_denied_by"]
        return [
            "time", "verdict", "drop_reason_desc", "IP", "l4", "node_name", "source_names", "destination_names",
            "event_type", "source_service", "destination_service", "traffic_direction", "policy_match_type",
            "trace_observation_point", "is_reply", "Summary", "apus",
        ] + sides + (style.printPolicyNames ? policies : [])
    }
}
