package import NIOCore

/// What `HTTPResponseBody.read(into:limit:)` has to say beside the bytes.
package enum HTTPBodyProgress: Sendable {
    /// Bytes were written and there may be more: read again when the client takes more.
    case more
    /// Nothing more for now: read again after `HTTPBodyWaker.wake()`. Bytes may have been written.
    case pending
    /// That was all. Bytes may have been written.
    case end
    /// It cannot go on: the client is shown that the body is incomplete.
    case failed
}

/// A body that is produced while it is sent, at the pace at which the client takes it.
///
/// All methods are called on the connection's event loop, in this order: `start` once, `read` many times, and, unless
/// `read` returned `.end` or `.failed`, `cancel` once. A HEAD request gets `cancel` alone.
package protocol HTTPResponseBody: AnyObject {
    /// The headers are on their way. `waker` may be kept and used from any thread.
    func start(waker: HTTPBodyWaker)

    /// Appends up to about `limit` bytes, a message too many at most: what exceeds the limit is kept until it is due.
    ///
    /// `.more` is for bodies that have written something; a body that has nothing says `.pending`.
    func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress

    /// The server is stopping: a body without a natural end says `.end` at its next `read`, which follows at once.
    /// One that has an end goes on; if it is not there within the grace, the client sees an incomplete body.
    func finish()

    /// The client went away or did not want the body.
    func cancel()

    /// Sent after the body (gRPC's status); asked for once, after `.end`.
    var trailers: HTTPFields { get }
}

/// A body that is made from the request's while that comes in. Bytes of the request count as taken when they are given:
/// the body itself bounds what it keeps.
package protocol HTTPConversationBody: HTTPResponseBody {
    func receive(_ bytes: ByteBuffer)

    /// The request is complete.
    func receiveEnd()
}

extension HTTPResponseBody {
    package var trailers: HTTPFields { [:] }
}
