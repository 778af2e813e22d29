internal import FlowModel
internal import FlowWire

/// Writes a stream of server-sent events (WHATWG HTML, 9.2): the line of NDJSON as data, the flow's cursor as id.
struct FlowEventEncoder: FlowStreamEncoder {
    /// After which a client whose connection broke asks again.
    static let retryMilliseconds = 2_000

    private var json: FlowJSONEncoder
    private let cursorPrefix: String

    init(_ json: FlowJSONEncoder, storeID: [UInt8]) {
        self.json = json
        cursorPrefix = FlowCursor.store(storeID) + "-"
    }

    mutating func append(_ flows: [Flow], to buffer: inout [UInt8]) {
        for flow in flows {
            buffer.append(contentsOf: "id: \(cursorPrefix)\(flow.sequence)\ndata: ".utf8)
            json.append(flow, to: &buffer)
            buffer.append(UInt8(ascii: "\n"))
        }
    }

    /// Without an id: who resumes, does so after the last flow, and is told of what is missing from there on.
    mutating func append(_ loss: LostEvent, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: "data: ".utf8)
        json.append(loss, to: &buffer)
        buffer.append(UInt8(ascii: "\n"))
    }
}
