package import FlowCatalog
package import FlowModel
package import FlowWire

/// Shows flows to a person, or as JSON.
///
/// A value of one thread. Text formats cost some microseconds a flow. In a table all rows are kept until `flush`.
package struct FlowPrinter: Sendable {
    private let format: OutputFormat
    private let options: PrinterOptions
    private let nodeName: String
    private let painter: Painter
    private var names: FlowNames
    private var clock: TimeText
    private var json: FlowJSONEncoder
    private var table: TextTable
    /// A block was written, so that the next one is parted from it.
    private var hasBlock = false

    /// - Parameters:
    ///   - colour: whether hosts, ports, identities and verdicts are coloured; a table never is.
    ///   - catalog: what the flows' indices mean.
    ///   - nodeName: of flows that come without one.
    ///   - version: of Apus, for JSON.
    ///   - storeID: 16 bytes, for JSON; see `FlowJSONContext`.
    ///   - mask: the fields that JSON has.
    package init(
        format: OutputFormat, colour: Bool = false, options: PrinterOptions = PrinterOptions(), catalog: FlowCatalog,
        nodeName: String = "", version: String = "", storeID: [UInt8] = Array(repeating: 0, count: 16),
        mask: FlowFieldMask = .all
    ) {
        let context = FlowJSONContext(catalog: catalog, nodeName: nodeName, version: version, storeID: storeID)
        self.format = format
        self.options = options
        self.nodeName = nodeName
        painter = Painter(isColoured: colour && format != .table)
        names = FlowNames(catalog)
        clock = TimeText(options.time)
        json = FlowJSONEncoder(context, mask: mask)
        let node = options.showsNode ? ["NODE"] : []
        table = TextTable(header: ["TIMESTAMP"] + node + ["SOURCE", "DESTINATION", "TYPE", "VERDICT", "SUMMARY"])
    }

    /// - Parameters:
    ///   - node: of this flow; nil is the context's.
    ///   - details: what is told of it beyond what it holds. JSON does not have them.
    package mutating func append(
        _ flow: Flow, node: String? = nil, details: FlowDetails? = nil, to buffer: inout [UInt8]
    ) {
        switch format {
        case .compact: appendCompactLine(flow, details, node, to: &buffer)
        case .dict: appendBlock(flow, details, node, to: &buffer)
        case .table: table.append(row(flow, details, node))
        case .json, .jsonpb: json.append(flow, to: &buffer)
        }
    }

    /// A gap is one line in all text formats.
    ///
    /// - Parameters:
    ///   - time: at which it was told; nil: when it was noticed last.
    ///   - processor: on which it was noticed.
    package mutating func append(
        _ lost: LostEvent, time: UInt64? = nil, processor: UInt32 = 0, to buffer: inout [UInt8]
    ) {
        func line() -> String { lostLine(lost, clock.text(nanoseconds: time ?? lost.lastNanoseconds), processor) }
        switch format {
        case .json, .jsonpb: json.append(lost, to: &buffer)
        case .table: table.append(line: line())
        case .compact, .dict: buffer.append(contentsOf: "\(line())\n".utf8)
        }
    }

    /// Writes what was kept back, which only a table does.
    package mutating func flush(to buffer: inout [UInt8]) {
        guard format == .table else { return }
        buffer.append(contentsOf: table.text.utf8)
        table.removeRows()
    }

    private mutating func appendCompactLine(
        _ flow: Flow, _ details: FlowDetails?, _ node: String?, to buffer: inout [UInt8]
    ) {
        let text = FlowText(flow, details, &names, options)
        let isSwapped = text.isReply == true
        clock.append(nanoseconds: flow.timeNanoseconds, to: &buffer)
        if options.showsNode { buffer.append(" [\(nodeText(node))]") }
        buffer.append(": ")
        appendSide(isSwapped ? text.destination : text.source, to: &buffer)
        buffer.append(isSwapped ? " <- " : text.isReply == false ? " -> " : " <> ")
        appendSide(isSwapped ? text.source : text.destination, to: &buffer)
        buffer.append(" ")
        buffer.append(text.type)
        buffer.append(" ")
        painter.append(text.verdict, text.verdictColour, to: &buffer)
        buffer.append(" (")
        buffer.append(text.summary)
        buffer.append(")\n")
    }

    private func appendSide(_ side: FlowSide, to buffer: inout [UInt8]) {
        side.append(to: &buffer, isNumeric: options.isNumeric, painter)
        buffer.append(" ")
        side.appendIdentity(to: &buffer, painter)
    }

    private mutating func appendBlock(
        _ flow: Flow, _ details: FlowDetails?, _ node: String?, to buffer: inout [UInt8]
    ) {
        let text = FlowText(flow, details, &names, options)
        if hasBlock { buffer.append("------------\n") }
        hasBlock = true
        buffer.append("  TIMESTAMP: \(clock.text(nanoseconds: flow.timeNanoseconds))")
        if options.showsNode { buffer.append("\n       NODE: \(nodeText(node))") }
        buffer.append("\n     SOURCE: ")
        text.source.append(to: &buffer, isNumeric: options.isNumeric, painter)
        buffer.append("\nDESTINATION: ")
        text.destination.append(to: &buffer, isNumeric: options.isNumeric, painter)
        buffer.append("\n       TYPE: \(text.type)\n    VERDICT: ")
        painter.append(text.verdict, text.verdictColour, to: &buffer)
        buffer.append("\n    SUMMARY: \(text.summary)\n")
    }

    private mutating func row(_ flow: Flow, _ details: FlowDetails?, _ node: String?) -> [String] {
        let text = FlowText(flow, details, &names, options)
        let shownNode = options.showsNode ? [nodeText(node)] : []
        return [clock.text(nanoseconds: flow.timeNanoseconds)] + shownNode + [
            text.source.text(isNumeric: options.isNumeric, painter),
            text.destination.text(isNumeric: options.isNumeric, painter),
            text.type, text.verdict, text.summary,
        ]
    }

    private func nodeText(_ node: String?) -> String { (node ?? nodeName).withoutControls }

    private mutating func lostLine(_ lost: LostEvent, _ time: String, _ processor: UInt32) -> String {
        let first = clock.text(nanoseconds: lost.firstNanoseconds)
        let last = clock.text(nanoseconds: lost.lastNanoseconds)
        let hasInterval = lost.firstNanoseconds != 0 && lost.lastNanoseconds != 0
        let interval = hasInterval ? " (first: \(first), last: \(last))" : ""
        return "\(time) EVENTS LOST: \(lost.place.hubbleName) CPU(\(processor)) \(lost.count)\(interval)"
    }
}
