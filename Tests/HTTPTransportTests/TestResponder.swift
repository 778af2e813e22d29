import HTTPTransport
import NIOCore
import Synchronization
import Testing

/// What the tests' server answers.
final class TestResponder: HTTPResponder {
    let live = LiveFeed()
    let endlessCancelled = Atomic(0)
    let endlessBytes = Atomic(0)

    func respond(to request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse {
        switch request.path {
        case "/hello": .text("hello\n")
        case "/echo": .full(status: 200, headers: ["x-method": request.method], body: request.body)
        case "/query": .text(request.queryItems.map { "\($0.name)=[\($0.value)]\n" }.joined())
        case "/large":
            .full(status: 200, headers: [:], body: ByteBuffer(repeating: UInt8(ascii: "x"), count: 1_000_000))
        case "/text": .text((1...2_000).map { "\($0)\n" }.joined())
        case "/count-text":
            .streaming(status: 200, headers: ["content-type": "text/plain"], body: CountingBody(last: 100_000))
        case "/peer":
            .text(
                "\(request.peer.address ?? "unix") \(request.peer.isEncrypted) "
                    + "\(request.peer.certificateNames.joined(separator: " "))\n")
        case "/empty": .full(status: 204, headers: [:], body: ByteBuffer())
        case "/count": .streaming(status: 200, headers: [:], body: CountingBody(last: 100_000))
        case "/broken": .streaming(status: 200, headers: [:], body: BrokenBody())
        case "/endless": .streaming(status: 200, headers: [:], body: EndlessBody(self))
        case "/live": .streaming(status: 200, headers: ["content-type": "text/plain"], body: LiveBody(live))
        default: HTTPProblem(status: 404, detail: "There is no \(request.path).").response
        }
    }
}

/// The lines "1" to `last`, whatever the limit: each read exceeds it by up to a line. Ends with a trailer.
final class CountingBody: HTTPResponseBody {
    private var next = 1
    private let last: Int
    let trailers: HTTPFields = ["x-lines": "complete"]

    init(last: Int) {
        self.last = last
    }

    func start(waker: HTTPBodyWaker) {}
    func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        let end = buffer.writerIndex + limit
        while next <= last, buffer.writerIndex < end {
            buffer.writeString("\(next)\n")
            next += 1
        }
        return next > last ? .end : .more
    }
    func finish() {}
    func cancel() {}
}

final class BrokenBody: HTTPResponseBody {
    func start(waker: HTTPBodyWaker) {}
    func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        buffer.writeString("first\n")
        return .failed
    }
    func finish() {}
    func cancel() {}
}

/// As many bytes as the client takes.
final class EndlessBody: HTTPResponseBody {
    private let responder: TestResponder
    private var isFinishing = false

    init(_ responder: TestResponder) {
        self.responder = responder
    }

    func start(waker: HTTPBodyWaker) {}
    func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        if isFinishing { return .end }
        buffer.writeRepeatingByte(UInt8(ascii: "x"), count: limit)
        responder.endlessBytes.add(limit, ordering: .relaxed)
        return .more
    }
    func finish() { isFinishing = true }
    func cancel() { responder.endlessCancelled.add(1, ordering: .relaxed) }
}

/// Lines that a test pushes from its own thread.
final class LiveFeed: Sendable {
    private struct State {
        var lines: [String] = []
        var waker: HTTPBodyWaker?
        var isFinishing = false
        var cancelled = 0
    }
    private let state = Mutex(State())

    var hasReader: Bool { state.withLock { $0.waker != nil } }
    var cancelled: Int { state.withLock { $0.cancelled } }

    func push(_ line: String) {
        state.withLock { state in
            state.lines.append(line)
            return state.waker
        }?.wake()
    }

    fileprivate func start(_ waker: HTTPBodyWaker) { state.withLock { $0.waker = waker } }
    fileprivate func finish() { state.withLock { $0.isFinishing = true } }
    fileprivate func cancel() { state.withLock { $0.cancelled += 1 } }
    fileprivate func take() -> (lines: [String], isFinishing: Bool) {
        state.withLock { state in
            defer { state.lines = [] }
            return (state.lines, state.isFinishing)
        }
    }
}

final class LiveBody: HTTPResponseBody {
    private let feed: LiveFeed

    init(_ feed: LiveFeed) {
        self.feed = feed
    }

    func start(waker: HTTPBodyWaker) { feed.start(waker) }
    func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        let (lines, isFinishing) = feed.take()
        for line in lines { buffer.writeString(line + "\n") }
        return isFinishing ? .end : .pending
    }
    func finish() { feed.finish() }
    func cancel() { feed.cancel() }
}

/// Runs a server on a free port of the loopback for the time of `test`.
func withServer(
    limits: HTTPLimits = HTTPLimits(), tls: TLSCredentials? = nil,
    _ test: (_ server: HTTPServer, _ port: Int, _ responder: TestResponder) async throws -> Void
) async throws {
    let responder = TestResponder()
    let address = HTTPAddress.tcp(host: "127.0.0.1", port: 0)
    let server = try await HTTPServer.start(
        addresses: [address], limits: limits, tls: tls, responder: responder)
    do {
        try await test(server, try #require(server.addresses[0].port), responder)
    } catch {
        await server.shutdown(grace: .milliseconds(100))
        throw error
    }
    await server.shutdown(grace: .milliseconds(100))
}

extension HTTPAddress {
    var port: Int? {
        if case .tcp(_, let port) = self { port } else { nil }
    }
}
