/// Puts the messages of a request together from the bytes that come: a flag for compression, four bytes of length in
/// network order, the message.
struct GRPCMessageReader {
    /// A larger message is refused before it is received.
    static let mostBytes = 4 << 20
    private static let prefixCount = 5

    private var bytes: [UInt8] = []

    /// A message has begun and is not complete.
    var isInsideMessage: Bool { !bytes.isEmpty }

    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// The next complete message; nil if more must come.
    mutating func next() throws(GRPCStatus) -> [UInt8]? {
        guard bytes.count >= Self.prefixCount else { return nil }
        guard bytes[0] == 0 else {
            throw GRPCStatus(
                .unimplemented, "the message is compressed (flag \(bytes[0])); accepted is grpc-encoding identity")
        }
        let count = bytes[1..<Self.prefixCount].reduce(0) { $0 << 8 | Int($1) }
        guard count <= Self.mostBytes else {
            throw GRPCStatus(
                .resourceExhausted, "the message has \(count) bytes; accepted are \(Self.mostBytes)")
        }
        guard bytes.count >= Self.prefixCount + count else { return nil }
        let message = Array(bytes[Self.prefixCount..<Self.prefixCount + count])
        bytes.removeFirst(Self.prefixCount + count)
        return message
    }
}
