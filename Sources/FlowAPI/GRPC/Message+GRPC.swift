internal import SwiftProtobuf

extension SwiftProtobuf.Message {
    init(message: [UInt8]) throws(GRPCStatus) {
        do {
            try self.init(serializedBytes: message)
        } catch {
            throw GRPCStatus(.invalidArgument, "the request is no \(Self.protoMessageName): \(error)")
        }
    }

    func message() throws(GRPCStatus) -> [UInt8] {
        do {
            return try serializedBytes()
        } catch {
            throw GRPCStatus(.internalError, "\(Self.protoMessageName): \(error)")
        }
    }
}
