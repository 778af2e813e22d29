internal import FlowFilter
internal import FlowWire
internal import HTTPTransport

/// What makes the bytes of a live stream: followers that differ in nothing of it get the same ones.
struct FlowStreamKind: Hashable {
    let filter: FilterSpec
    var format = FlowStreamFormat.lines
    let compatibility: FlowJSONCompatibility
    let mask: FlowFieldMask

    func makeEncoder(_ context: FlowJSONContext) -> any FlowStreamEncoder {
        switch format {
        case .lines: FlowJSONEncoder(context, compatibility: compatibility, mask: mask)
        case .events:
            FlowEventEncoder(
                FlowJSONEncoder(context, compatibility: compatibility, mask: mask), storeID: context.storeID)
        case .messages:
            FlowMessageEncoder(FlowProtobufEncoder(context, compatibility: compatibility, mask: mask))
        }
    }
}

/// How flows stand in a stream.
enum FlowStreamFormat: Hashable {
    /// NDJSON.
    case lines
    /// Server-sent events.
    case events
    /// gRPC's.
    case messages
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
