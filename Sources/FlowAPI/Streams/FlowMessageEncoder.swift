internal import FlowModel
internal import FlowWire

/// Writes gRPC's length-prefixed messages: a flag for compression, which is 0, four bytes of length in network order, and
/// the message (gRPC over HTTP/2, "Length-Prefixed-Message").
struct FlowMessageEncoder: FlowStreamEncoder {
    private var protobuf: FlowProtobufEncoder

    init(_ protobuf: FlowProtobufEncoder) { self.protobuf = protobuf }

    mutating func append(_ flows: [Flow], to buffer: inout [UInt8]) {
        for flow in flows {
            let start = Self.beginMessage(&buffer)
            protobuf.append(flow, to: &buffer)
            Self.endMessage(from: start, &buffer)
        }
    }

    mutating func append(_ loss: LostEvent, to buffer: inout [UInt8]) {
        let start = Self.beginMessage(&buffer)
        protobuf.append(loss, to: &buffer)
        Self.endMessage(from: start, &buffer)
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
