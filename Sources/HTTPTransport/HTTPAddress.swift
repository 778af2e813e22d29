import NIOCore

/// Where a server listens: `127.0.0.1:4245`, `[::1]:4245`, `localhost:4245` or `unix:/run/apus/apus.sock`.
package enum HTTPAddress: Hashable, Sendable, CustomStringConvertible {
    case tcp(host: String, port: Int)
    case unix(path: String)

    /// Reads what `description` prints; an absolute path alone is a unix socket.
    package init(parsing text: String) throws(HTTPAddressError) {
        if text.hasPrefix("unix:") || text.hasPrefix("/") {
            let path = text.hasPrefix("unix:") ? String(text.dropFirst("unix:".count)) : text
            guard !path.isEmpty else { throw HTTPAddressError(text: text) }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw HTTPAddressError(text: text)
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw HTTPAddressError(text: text)
        }
        guard !host.isEmpty else { throw HTTPAddressError(text: text) }
        self = .tcp(host: String(host), port: Int(port))
    }

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// The address that the system reports for a listening socket.
    init(bound: SocketAddress?, asked: HTTPAddress) {
        if case .tcp(let host, _) = asked, let bound, let port = bound.port {
            self = .tcp(host: bound.ipAddress ?? host, port: port)
        } else {
            self = asked
        }
    }
}

package struct HTTPAddressError: Error, CustomStringConvertible {
    package let text: String

    package var description: String {
        "\"\(text)\" is no address: accepted are HOST:PORT, [IPV6]:PORT and unix:PATH (as 127.0.0.1:4245)"
    }
}
