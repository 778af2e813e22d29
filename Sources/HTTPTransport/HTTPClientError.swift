import Glibc
import NIOCore
import NIOPosix
import NIOSSL

package enum HTTPClientError: Error, Equatable, CustomStringConvertible {
    case nothingListens(on: HTTPAddress)
    case cannotConnect(to: HTTPAddress, reason: String)
    /// The connection was there, but no answer came.
    case noResponse(from: HTTPAddress, reason: String)
    /// The server closed the connection before the body's end.
    case incomplete
    case lineTooLong(limit: Int)
    case bodyTooLong(limit: Int)

    package var description: String {
        switch self {
        case .nothingListens(let address): "nothing listens on \(address): is `apus serve` running?"
        case .cannotConnect(let address, let reason): "cannot connect to \(address): \(reason)"
        case .noResponse(let address, let reason): "\(address) did not answer: \(reason)"
        case .incomplete: "the server closed the connection before the answer was complete"
        case .lineTooLong(let limit): "the server sent a line of more than \(limit) bytes"
        case .bodyTooLong(let limit): "the server sent more than the \(limit) bytes that were expected"
        }
    }

    init(connecting error: any Error, to address: HTTPAddress) {
        let causes = (error as? NIOConnectionError)?.connectionErrors.map(\.error) ?? [error]
        let codes = causes.compactMap { ($0 as? IOError)?.errnoCode }
        if codes.contains(ECONNREFUSED) || codes.contains(ENOENT) {
            self = .nothingListens(on: address)
        } else if codes.contains(EACCES) {
            self = .cannotConnect(to: address, reason: "permission denied")
        } else if let failed = error as? NIOConnectionError, let cause = failed.dnsAError ?? failed.dnsAAAAError {
            self = .cannotConnect(to: address, reason: "the host name \"\(failed.host)\" is not known (\(cause))")
        } else {
            self = .cannotConnect(to: address, reason: causes.map { "\($0)" }.joined(separator: "; "))
        }
    }

    init(reading error: any Error, from address: HTTPAddress) {
        switch error {
        case let error as NIOSSLError: self = .noResponse(from: address, reason: "TLS failed: \(error.reason)")
        case let error as NIOSSLExtraError: self = .noResponse(from: address, reason: "TLS failed: \(error)")
        case let error as WrongServerName: self = .noResponse(from: address, reason: "TLS failed: \(error)")
        default: self = .noResponse(from: address, reason: "\(error)")
        }
    }
}
