/// What a session asks for when it has room for more of a response's body.
package enum HTTP2BodyPull {
    /// `count` bytes stand ready at the end of the output, behind room for one frame header; more may follow.
    case bytes(count: Int)
    /// The last `count` bytes (possibly none) stand ready, and then these trailers.
    case end(count: Int, trailers: [HTTP2Header])
    /// Nothing now: the session asks again after `HTTP2Session.resume(_:)`.
    case pending
    /// The body cannot be continued: the stream is reset, so that the peer sees that it is incomplete.
    case failed
}

/// Who uses a session. Called only within `HTTP2Session.receive(_:)` and `HTTP2Session.send(limit:)`, on their thread.
///
/// Within these calls a delegate may submit (`respond`, `reset`, `consume`, `goAway`), but not receive or send.
package protocol HTTP2SessionDelegate: AnyObject {
    /// A request has begun. Without `endOfStream`, body bytes may follow, and then `http2(endOfRequestOn:trailers:)`.
    func http2(request: HTTP2RequestHead, on stream: HTTP2StreamID, endOfStream: Bool)
    /// Bytes of a request's body, lent for the call. The peer gets credit for more when they are `consume`d.
    func http2(data: RawSpan, on stream: HTTP2StreamID)
    /// The request is complete.
    func http2(endOfRequestOn stream: HTTP2StreamID, trailers: [HTTP2Header])
    /// The stream is gone: both sides ended it (`noError`) or one reset it. Nothing further is said about it.
    func http2(closed stream: HTTP2StreamID, error: HTTP2ErrorCode)
    /// A frame broke the protocol; nghttp2 answers it by itself. For counting and logging.
    func http2(invalidFrameOn stream: HTTP2StreamID, reason: String)

    /// Append these bytes to the output.
    func http2(write bytes: RawSpan)
    /// Leave `HTTP2Session.frameHeaderBytes` of room at the end of the output, then append up to `limit` body bytes.
    func http2(bodyOf stream: HTTP2StreamID, limit: Int) -> HTTP2BodyPull
    /// Put this frame header into the room that the last `http2(bodyOf:limit:)` left. Where this call does not come,
    /// the room and what follows it must be dropped from the output before anything else is appended.
    func http2(frameHeader: RawSpan)
}
