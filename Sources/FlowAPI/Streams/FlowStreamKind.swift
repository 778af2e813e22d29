internal import FlowFilter
internal import FlowWire
internal import HTTPTransport
internal import ZlibRuntime

/// What makes the bytes of a live stream: followers that differ in nothing of it get the same ones.
struct FlowStreamKind: Hashable {
    var filter: FilterSpec
    let form: FlowStreamForm

    init(
        filter: FilterSpec, format: FlowStreamFormat = .lines, compatibility: FlowJSONCompatibility, mask: FlowFieldMask
    ) {
        self.filter = filter
        form = FlowStreamForm(format: format, compatibility: compatibility, mask: mask)
    }

    var format: FlowStreamFormat { form.format }
}

/// What makes the bytes of a flow.
struct FlowStreamForm: Hashable {
    let format: FlowStreamFormat
    let compatibility: FlowJSONCompatibility
    let mask: FlowFieldMask

    func makeEncoder(_ context: FlowJSONContext) -> any FlowStreamEncoder {
        switch format {
        case .lines: FlowJSONEncoder(context, compatibility: compatibility, mask: mask)
        case .events:
            FlowEventEncoder(
                FlowJSONEncoder(context, compatibility: compatibility, mask: mask), storeID: context.storeID)
        case .messages(let isCompressed):
            FlowMessageEncoder(
                FlowProtobufEncoder(context, compatibility: compatibility, mask: mask),
                gzip: isCompressed ? GzipEncoder() : nil)
        }
    }
}

/// How flows stand in a stream.
enum FlowStreamFormat: Hashable {
    /// NDJSON.
    case lines
    /// Server-sent events.
    case events
    /// gRPC's, as they are or each as gzip.
    case messages(isCompressed: Bool)
}

/// How a stream came to its end.
enum FlowStreamEnd {
    case complete
    /// The server stops.
    case stopped
    /// The rest can't be read; the text is for the log.
    case failed(String)
}

extension FlowStreamFormat {
    /// The protocol has its status in trailers.
    var needsTrailers: Bool {
        if case .messages = self { true } else { false }
    }

    /// What stands before the flows.
    var opening: [UInt8] {
        switch self {
        case .events: Array("retry: \(FlowEventEncoder.retryMilliseconds)\n\n".utf8)
        case .lines, .messages: []
        }
    }

    /// What shows the client, while nothing comes, that the stream is alive; nil: the protocol has its own means, or none.
    var heartbeat: String? {
        switch self {
        case .events: ":\n\n"
        case .lines, .messages: nil
        }
    }

    /// The end of a stream that tells what it was taken from.
    func closing(_ coverage: CoverageReport) -> [UInt8] {
        let line = ReportJSON.text(CoverageLine(coverage: coverage))
        switch self {
        case .lines: return Array(line.utf8)
        case .events: return Array("event: coverage\ndata: \(line)\n".utf8)
        case .messages: return []
        }
    }

    /// What the client is shown of an end: whether the body counts as complete, and what stands after it.
    func close(_ end: FlowStreamEnd) -> (progress: HTTPBodyProgress, trailers: HTTPFields) {
        switch (self, end) {
        case (.messages, .complete), (.messages, .stopped): (.end, GRPCStatus.ok.trailers)
        case (.messages, .failed):
            (.end, GRPCStatus(.internalError, "the store could not be read further").trailers)
        case (_, .failed): (.failed, [:])
        case (_, .complete), (_, .stopped): (.end, [:])
        }
    }
}
