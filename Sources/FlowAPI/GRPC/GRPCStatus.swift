internal import HTTPTransport

/// How a call ended, as gRPC's trailers tell it.
struct GRPCStatus: Error, Hashable {
    /// Of google.rpc.Code.
    enum Code: Int {
        case ok = 0
        /// The client went.
        case canceled = 1
        case invalidArgument = 3
        case deadlineExceeded = 4
        case notFound = 5
        case permissionDenied = 7
        case resourceExhausted = 8
        case unimplemented = 12
        case internalError = 13
        case unavailable = 14
        case unauthenticated = 16
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String = "") {
        self.code = code
        self.message = message
    }

    static let ok = GRPCStatus(.ok)

    var trailers: HTTPFields {
        var trailers: HTTPFields = ["grpc-status": "\(code.rawValue)"]
        if !message.isEmpty { trailers.append("grpc-message", Self.percentEncoded(message)) }
        return trailers
    }

    /// All but printable ASCII, and `%` itself, as `%XX`.
    private static func percentEncoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            if (0x20...0x7e).contains(byte), byte != UInt8(ascii: "%") {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
