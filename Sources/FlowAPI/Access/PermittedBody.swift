internal import HTTPTransport
internal import NIOCore

/// A body that ends, incomplete, when its permit is withdrawn. On the connection's event loop.
final class PermittedBody: HTTPResponseBody {
    private let body: any HTTPResponseBody
    private let permit: Permit

    init(_ body: any HTTPResponseBody, _ permit: Permit) {
        self.body = body
        self.permit = permit
    }

    func start(waker: HTTPBodyWaker) {
        body.start(waker: waker)
        permit.start(waker: waker)
    }

    func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        guard permit.isWithdrawn else { return body.read(into: &buffer, limit: limit) }
        body.cancel()
        return .failed
    }

    func finish() { body.finish() }

    func cancel() { body.cancel() }

    var trailers: HTTPFields { body.trailers }
}
