import NIOCore
import NIOHTTP1

/// A response whose body is still arriving. Nothing is read from the socket that is not asked for.
package struct HTTPClientResponse {
    package let status: Int
    package let headers: HTTPFields
    /// The body's lines without their ends. Read once, from the first to the last.
    package let lines: HTTPResponseLines

    init(parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator) async throws {
        var parts = parts
        guard case .head(let head) = try await parts.next() else { throw HTTPParserError.invalidEOFState }
        self.status = Int(head.status.code)
        self.headers = HTTPFields(head.headers.map { HTTPFields.Field(name: $0.name, value: $0.value) })
        self.lines = HTTPResponseLines(parts: parts)
    }

    /// The whole body: for answers that are known to be small.
    package func text(limit: Int = 16 << 20) async throws -> String {
        var text = ""
        for try await line in lines {
            text += line + "\n"
            guard text.utf8.count <= limit else { throw HTTPClientError.bodyTooLong(limit: limit) }
        }
        return text
    }
}

/// Splits a body at line feeds. Invalid UTF-8 is replaced.
package struct HTTPResponseLines: AsyncSequence, AsyncIteratorProtocol {
    /// A line that is longer ends the reading with an error.
    package static let maximumLineBytes = 4 << 20

    private var parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    private var bytes = ByteBuffer()
    /// Bytes of `bytes` that are known to hold no line feed.
    private var searchedBytes = 0
    private var isComplete = false

    init(parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator) {
        self.parts = parts
    }

    package func makeAsyncIterator() -> HTTPResponseLines { self }

    /// Throws `HTTPClientError.incomplete` when the server closed before the body's end.
    package mutating func next() async throws -> String? {
        while true {
            if let line = takeLine() { return line }
            guard !isComplete else {
                return bytes.readableBytes > 0 ? bytes.readString(length: bytes.readableBytes) : nil
            }
            guard bytes.readableBytes <= HTTPResponseLines.maximumLineBytes else {
                throw HTTPClientError.lineTooLong(limit: HTTPResponseLines.maximumLineBytes)
            }
            try await receive()
        }
    }

    /// All lines that are there, with their ends; waits for one. nil after the last.
    package mutating func nextLines() async throws -> [UInt8]? {
        while true {
            let view = bytes.readableBytesView
            if let end = view.lastIndex(of: UInt8(ascii: "\n")) {
                searchedBytes = 0
                return bytes.readBytes(length: view.distance(from: view.startIndex, to: end) + 1)
            }
            if isComplete { return bytes.readableBytes > 0 ? bytes.readBytes(length: bytes.readableBytes) : nil }
            guard bytes.readableBytes <= Self.maximumLineBytes else {
                throw HTTPClientError.lineTooLong(limit: Self.maximumLineBytes)
            }
            try await receive()
        }
    }

    private mutating func takeLine() -> String? {
        let unsearched = bytes.readableBytesView.dropFirst(searchedBytes)
        guard let end = unsearched.firstIndex(of: UInt8(ascii: "\n")) else {
            searchedBytes = bytes.readableBytes
            return nil
        }
        let line = bytes.readString(length: end - bytes.readerIndex)
        bytes.moveReaderIndex(forwardBy: 1)
        searchedBytes = 0
        return line
    }

    private mutating func receive() async throws {
        let part: HTTPClientResponsePart?
        do {
            part = try await parts.next()
        } catch {
            throw HTTPClientError.incomplete
        }
        switch part {
        case .body(var received) where bytes.readableBytes == 0: swap(&bytes, &received)
        case .body(var received):
            bytes.discardReadBytes()
            bytes.writeBuffer(&received)
        case .end: isComplete = true
        case .head: break
        case nil:
            try Task.checkCancellation()
            throw HTTPClientError.incomplete
        }
    }
}
