import NIOCore
import NIOHTTP1
import NIOPosix

/// A client for our own command line: one HTTP/1.1 request on a connection of its own, and the answer line by line.
///
///     try await HTTPClientStream.request(address, target: "/v1/flows?last=20") { response in
///         for try await line in response.lines { print(line) }
///     }
package enum HTTPClientStream {
    /// Sends the request and calls `handle` once the status and headers are there; the connection lives for the call.
    ///
    /// - Parameter answerTimeout: after which the connection is closed, whatever came of the answer; nil: it may go on for ever.
    ///
    /// `target` is percent-encoded (`HTTPClientStream.target(path:queryItems:)`). Throws `HTTPClientError` and what
    /// `handle` throws. A cancelled task closes the connection.
    package static func request<Result: Sendable>(
        _ address: HTTPAddress, tls: TLSClient? = nil, method: String = "GET", target: String,
        headers: HTTPFields = [:], body: [UInt8] = [], connectTimeout: Duration = .seconds(5),
        answerTimeout: Duration? = nil,
        handle: (HTTPClientResponse) async throws -> Result
    ) async throws -> Result {
        var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: target)
        head.headers.add(name: "host", value: address.hostHeader)
        for field in headers.fields { head.headers.add(name: field.name, value: field.value) }
        if !body.isEmpty { head.headers.add(name: "content-length", value: "\(body.count)") }
        let content = body.isEmpty ? [] : [HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body)))]
        let exchange = try await begin(
            [.head(head)] + content + [.end(nil)], to: address, tls, (connectTimeout, answerTimeout))
        return try await exchange.executeThenClose { inbound in
            let response: HTTPClientResponse
            do { response = try await HTTPClientResponse(parts: inbound.makeAsyncIterator()) } catch {
                throw HTTPClientError(reading: error, from: address)
            }
            return try await handle(response)
        }
    }

    /// `path?name=value&…`, percent-encoded.
    package static func target(path: String, queryItems: [HTTPQueryItem]) -> String {
        guard !queryItems.isEmpty else { return percentEncode(path, keeping: "/-._~:") }
        let query = queryItems.map {
            "\(percentEncode($0.name, keeping: "-._~"))=\(percentEncode($0.value, keeping: "-._~:/,"))"
        }
        return "\(percentEncode(path, keeping: "/-._~:"))?\(query.joined(separator: "&"))"
    }

    private typealias Exchange = NIOAsyncChannel<HTTPClientResponsePart, Never>

    /// Returns when the request is on its way: to a server that has proved itself, where TLS asks for that.
    private static func begin(
        _ request: [HTTPClientRequestPart], to address: HTTPAddress, _ tls: TLSClient?,
        _ timeouts: (connect: Duration, answer: Duration?)
    ) async throws -> Exchange {
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(TimeAmount(timeouts.connect))
        let setUp: @Sendable (any Channel) -> EventLoopFuture<(Exchange, EventLoopFuture<Void>)> = { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                if let tls { try pipeline.addHandler(try tls.handler(for: address)) }
                try pipeline.addHTTPClientHandlers()
                if let answer = timeouts.answer {
                    let closing = channel.eventLoop.scheduleTask(in: TimeAmount(answer)) { channel.close(promise: nil) }
                    channel.closeFuture.whenComplete { _ in closing.cancel() }
                }
                let sender = HTTPRequestSender(request, on: channel.eventLoop, waitsForTLS: tls != nil)
                try pipeline.addHandler(sender)
                return (try NIOAsyncChannel(wrappingChannelSynchronously: channel), sender.sent.futureResult)
            }
        }
        let exchange: Exchange
        let sent: EventLoopFuture<Void>
        do {
            (exchange, sent) =
                switch address {
                case .tcp(let host, let port):
                    try await bootstrap.connect(host: host, port: port, channelInitializer: setUp)
                case .unix(let path):
                    try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: setUp)
                }
        } catch {
            throw HTTPClientError(connecting: error, to: address)
        }
        do { try await sent.get() } catch {
            try? await exchange.executeThenClose { _ in }
            throw HTTPClientError(reading: error, from: address)
        }
        return exchange
    }
}

extension HTTPAddress {
    /// Over a unix socket there is no host to name.
    fileprivate var hostHeader: String {
        if case .tcp = self { description } else { "localhost" }
    }
}

private func percentEncode(_ text: String, keeping kept: String) -> String {
    var result = ""
    for byte in text.utf8 {
        let scalar = Unicode.Scalar(byte)
        if scalar.properties.isASCIIHexDigit || scalar.isASCIILetter
            || (byte < 0x80 && kept.unicodeScalars.contains(scalar))
        {
            result.unicodeScalars.append(scalar)
        } else {
            result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }
    return result
}

extension Unicode.Scalar {
    fileprivate var isASCIILetter: Bool {
        ("a"..."z").contains(self) || ("A"..."Z").contains(self)
    }
}
