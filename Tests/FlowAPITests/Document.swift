import NIOCore
import NIOPosix
import Testing

@testable import FlowAPI
@testable import HTTPTransport

/// A client of a body that a query thread makes, on an event loop of its own.
///
/// @unchecked: all but `init` happens on the event loop.
final class Document: @unchecked Sendable {
    private let body: any HTTPResponseBody
    private var waker: HTTPBodyWaker?
    private var bytes = ByteBuffer()
    private let promise: EventLoopPromise<String>

    /// What is at a path, whole.
    static func text(_ api: FlowAPI, _ path: String, _ query: [(String, String)]) throws -> String {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let items = query.map { HTTPQueryItem(name: $0.0, value: $0.1) }
        return try loop.flatSubmit {
            let request = HTTPRequest(method: "GET", path: path, queryItems: items)
            guard case .streaming(200, _, let body) = api.respond(to: request, on: loop) else {
                return loop.makeFailedFuture(Served.Refused())
            }
            return Document(body, on: loop).promise.futureResult
        }.wait()
    }

    private init(_ body: any HTTPResponseBody, on loop: any EventLoop) {
        self.body = body
        promise = loop.makePromise()
        let waker = HTTPBodyWaker(eventLoop: loop) { self.read() }
        self.waker = waker
        body.start(waker: waker)
    }

    private func read() {
        while true {
            switch body.read(into: &bytes, limit: 64) {
            case .more: continue
            case .pending: return
            case .end: promise.succeed(String(buffer: bytes))
            case .failed: promise.fail(Served.Refused())
            }
            waker?.disarm()
            return
        }
    }
}
