/// Puts the messages of a request together from the bytes that come: a flag for compression, four bytes of length in
/// network order, the message.
struct GRPCMessageReader {
    /// A larger message is refused before it is received.
    static let mostBytes = 4 << 20
    private static let prefixCount = 5

    private var bytes: [UInt8] = []
    /// Of the bytes, in messages that were given.
    private var takenCount = 0

    /// A message has begun and is not complete.
    var isInsideMessage: Bool { takenCount < bytes.count }

    var keptBytes: Int { bytes.count }

    mutating func append(_ more: some Sequence<UInt8>) {
        bytes.removeFirst(takenCount)
        takenCount = 0
        bytes.append(contentsOf: more)
    }

    /// The next complete message; nil if more must come.
    mutating func next() throws(GRPCStatus) -> [UInt8]? {
        let rest = bytes[takenCount...]
        let content = takenCount + Self.prefixCount
        guard rest.count >= Self.prefixCount else { return nil }
        guard bytes[takenCount] == 0 else {
            throw GRPCStatus(
                .unimplemented,
                "the message is compressed (flag \(bytes[takenCount])); accepted is grpc-encoding identity")
        }
        let count = bytes[takenCount + 1..<content].reduce(0) { $0 << 8 | Int($1) }
        guard count <= Self.mostBytes else {
            throw GRPCStatus(
                .resourceExhausted, "the message has \(count) bytes; accepted are \(Self.mostBytes)")
        }
        guard rest.count >= Self.prefixCount + count else { return nil }
        takenCount = content + count
        return Array(bytes[content..<takenCount])
    }
}
