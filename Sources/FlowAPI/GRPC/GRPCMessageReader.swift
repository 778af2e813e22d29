internal import ZlibRuntime

/// Puts the messages of a request together from the bytes that come: a flag for compression, four bytes of length in
/// network order, the message.
struct GRPCMessageReader {
    /// A larger message is refused before it is received.
    static let mostBytes = 4 << 20
    private static let prefixCount = 5

    /// Messages may be gzip.
    private let isCompressed: Bool
    private var bytes: [UInt8] = []
    /// Of the bytes, in messages that were given.
    private var takenCount = 0

    init(isCompressed: Bool = false) { self.isCompressed = isCompressed }

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
        let flag = bytes[takenCount]
        guard flag == 0 || (flag == 1 && isCompressed) else {
            throw GRPCStatus(
                .internalError, "the message's flag for compression is \(flag), and grpc-encoding does not say of what")
        }
        let count = bytes[takenCount + 1..<content].reduce(0) { $0 << 8 | Int($1) }
        guard count <= Self.mostBytes else {
            throw GRPCStatus(
                .resourceExhausted, "the message has \(count) bytes; accepted are \(Self.mostBytes)")
        }
        guard rest.count >= Self.prefixCount + count else { return nil }
        takenCount = content + count
        let message = Array(bytes[content..<takenCount])
        return flag == 0 ? message : try Self.decompressed(message)
    }

    private static func decompressed(_ message: [UInt8]) throws(GRPCStatus) -> [UInt8] {
        do throws(GzipDecoder.Failure) {
            return try GzipDecoder.decode(message, limit: mostBytes)
        } catch {
            switch error {
            case .damaged: throw GRPCStatus(.internalError, "the message is no gzip")
            case .tooLarge:
                throw GRPCStatus(.resourceExhausted, "the message has more than \(mostBytes) bytes when decompressed")
            }
        }
    }
}
