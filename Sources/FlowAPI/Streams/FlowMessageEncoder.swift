internal import FlowModel
internal import FlowWire
internal import ZlibRuntime

/// Writes gRPC's length-prefixed messages: a flag for compression, four bytes of length in network order, and the message
/// (gRPC over HTTP/2, "Length-Prefixed-Message").
struct FlowMessageEncoder: FlowStreamEncoder {
    private var protobuf: FlowProtobufEncoder
    private let gzip: GzipEncoder?
    /// Of one flow, before it is compressed.
    private var message: [UInt8] = []

    /// - Parameter gzip: compresses each message; nil: they go as they are.
    init(_ protobuf: FlowProtobufEncoder, gzip: GzipEncoder? = nil) {
        self.protobuf = protobuf
        self.gzip = gzip
    }

    mutating func append(_ flows: [Flow], to buffer: inout [UInt8]) {
        for flow in flows {
            if let gzip {
                message.removeAll(keepingCapacity: true)
                protobuf.append(flow, to: &message)
                Self.append(message, gzip, to: &buffer)
            } else {
                let start = Self.beginMessage(&buffer)
                protobuf.append(flow, to: &buffer)
                Self.endMessage(from: start, &buffer)
            }
        }
    }

    mutating func append(_ loss: LostEvent, to buffer: inout [UInt8]) {
        let start = Self.beginMessage(&buffer)
        protobuf.append(loss, to: &buffer)
        Self.endMessage(from: start, &buffer)
    }

    private static func append(_ message: [UInt8], _ gzip: GzipEncoder, to buffer: inout [UInt8]) {
        let start = beginMessage(&buffer)
        gzip.append(message, to: &buffer)
        endMessage(from: start, &buffer)
        buffer[start - prefixCount] = 1
    }

    /// A message that is made already.
    static func append(_ message: [UInt8], to buffer: inout [UInt8]) {
        let start = beginMessage(&buffer)
        buffer += message
        endMessage(from: start, &buffer)
    }

    private static let prefixCount = 5

    private static func beginMessage(_ buffer: inout [UInt8]) -> Int {
        buffer.append(contentsOf: repeatElement(0, count: prefixCount))
        return buffer.count
    }

    private static func endMessage(from start: Int, _ buffer: inout [UInt8]) {
        let count = UInt32(buffer.count - start)
        for place in 1..<prefixCount {
            buffer[start - place] = UInt8(truncatingIfNeeded: count >> UInt32(8 * (place - 1)))
        }
    }
}
