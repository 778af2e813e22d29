import Foundation
import HTTPTransport
import NIOCore
import Testing

@testable import FlowAPI

/// What is to be looked at of an answer.
extension HTTPResponse {
    var status: Int {
        switch self {
        case .full(let status, _, _), .streaming(let status, _, _): status
        }
    }

    /// nil: it is a stream.
    var text: String? {
        guard case .full(_, _, let body) = self else { return nil }
        return String(buffer: body)
    }

    /// Of an error.
    var problem: [String: Any]? {
        text.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    }
}
