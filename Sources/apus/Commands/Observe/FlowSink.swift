import Console
import FlowCatalog
import FlowModel
import FlowWire
import SystemRuntime

/// Where flows go that a person or a program asked for: printed, counted, and summed up at the end.
struct FlowSink {
    private var printer: FlowPrinter
    private var output = OutputBuffer()
    private let showsClosing: Bool
    var closing = ClosingLine()

    init(_ options: FlowOutputOptions, _ printer: FlowPrinter) {
        self.printer = printer
        showsClosing = options.showsSummary
    }

    /// Of flows that were read in JSON, with names in a catalog of the reader's own.
    init(_ options: FlowOutputOptions, _ catalog: FlowCatalog) {
        let context = FlowJSONContext(
            catalog: catalog, nodeName: "", version: Version.current, storeID: [UInt8](repeating: 0, count: 16))
        self.init(options, options.printer(context, mask: .all))
    }

    mutating func take(_ flow: Flow, node: String? = nil, details: FlowDetails? = nil) {
        closing.add(flow)
        printer.append(flow, node: node, details: details, to: &output.bytes)
    }

    /// - Parameters: see `FlowPrinter`.
    mutating func take(_ loss: LostEvent, time: UInt64? = nil, processor: UInt32 = 0) {
        closing.add(loss)
        printer.append(loss, time: time, processor: processor, to: &output.bytes)
    }

    /// The same in JSON as it came.
    mutating func take(_ flow: Flow, _ line: Span<UInt8>) {
        closing.add(flow)
        append(line)
    }

    mutating func take(_ loss: LostEvent, _ line: Span<UInt8>) {
        closing.add(loss)
        append(line)
    }

    private mutating func append(_ line: Span<UInt8>) {
        unsafe line.withUnsafeBufferPointer { unsafe output.bytes.append(contentsOf: $0) }
        output.bytes.append(UInt8(ascii: "\n"))
    }

    /// - Parameter isIdle: nothing more comes for the moment.
    mutating func flush(isIdle: Bool) throws(SystemError) { try output.flush(isIdle: isIdle) }

    /// Prints what is left, and says what there was.
    mutating func end() throws(SystemError) {
        printer.flush(to: &output.bytes)
        try output.flush()
        if showsClosing { StandardStream.error.say(closing.text) }
    }
}
