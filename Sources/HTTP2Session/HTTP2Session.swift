import CNghttp2

/// One server-side HTTP/2 connection: bytes in; events and bytes out. It knows no sockets and no event loop.
///
/// A class, because nghttp2 keeps its address for the callbacks for as long as the session lives. Belongs to one
/// thread at a time. Costs about 10 kB, and 4 kB of header compression table for each direction.
@safe package final class HTTP2Session {
    /// Bytes before each frame's payload (RFC 9113, 4.1).
    package static let frameHeaderBytes = 9

    unowned let delegate: any HTTP2SessionDelegate
    let settings: HTTP2Settings
    let handle: OpaquePointer
    /// The header block being received; HTTP/2 never interleaves two.
    var partialHead = HTTP2PartialHead()
    /// Bytes given to the delegate since `send(limit:)` began.
    var sentBytes = 0
    var sendLimit = 0
    var hasReportedInvalidFrame = false
    private var idleFrames = 0
    /// Window updates that requests, and data which was sent, account for.
    private var expectedUpdates = 0
    private var isFlooded = false
    var headerPacker = HTTP2HeaderPacker()

    /// The first SETTINGS frame is submitted: call `send(limit:)` once before any bytes are received.
    ///
    /// `delegate` must outlive the session. Throws what nghttp2 says when memory is short.
    package init(settings: HTTP2Settings, delegate: any HTTP2SessionDelegate) throws(HTTP2Error) {
        self.settings = settings
        self.delegate = delegate
        unsafe self.handle = try HTTP2Session.makeHandle()
        unsafe nghttp2_session_set_user_data(handle, Unmanaged.passUnretained(self).toOpaque())
        try submitSettings()
    }

    deinit {
        unsafe nghttp2_session_del(handle)
    }

    /// Takes what came from the peer and calls the delegate for what it means.
    ///
    /// Throws when the bytes are no HTTP/2 or the peer floods: send what is left and close.
    package func receive(_ bytes: RawSpan) throws(HTTP2Error) {
        let taken = unsafe bytes.withUnsafeBytes { raw in
            unsafe nghttp2_session_mem_recv(handle, raw.baseAddress?.assumingMemoryBound(to: UInt8.self), raw.count)
        }
        try HTTP2Session.check(taken, "nghttp2_session_mem_recv")
    }

    /// Gives the delegate about `limit` bytes for the peer, fewer when there are no more.
    ///
    /// Returns whether `limit` stopped it. Throws when memory is short: close.
    package func send(limit: Int) throws(HTTP2Error) -> Bool {
        sentBytes = 0
        sendLimit = limit
        while sentBytes < limit {
            var start: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(handle, &start)
            try HTTP2Session.check(count, "nghttp2_session_mem_send")
            guard count > 0 else { return sentBytes >= limit }
            sentBytes += count
            delegate.http2(write: unsafe RawSpan(_unsafeStart: UnsafeRawPointer(start!), byteCount: count))
        }
        return true
    }

    /// A new interval for `HTTP2Settings.maximumIdleFrames`.
    package func beginInterval() { idleFrames = 0 }

    /// Counts a frame that carries nothing. With too many of them the peer is told so (ENHANCE_YOUR_CALM), and the
    /// connection has no use for more.
    func countIdleFrame() {
        idleFrames += 1
        guard idleFrames > settings.maximumIdleFrames, !isFlooded else { return }
        isFlooded = true
        unsafe nghttp2_session_terminate_session(handle, HTTP2ErrorCode.enhanceYourCalm.rawValue)
    }

    /// A request came or a frame of data goes out: it may bring an update of the stream's window and one of the connection's.
    func expectUpdates() { expectedUpdates = min(expectedUpdates + 2, HTTP2Session.mostExpectedUpdates) }

    /// One that nothing was sent for moves nothing, as the first few of a connection do.
    func countWindowUpdate() {
        guard expectedUpdates == 0 else { return expectedUpdates -= 1 }
        countIdleFrame()
    }

    /// Of a client that is slow to update: what it may send at once costs some milliseconds.
    private static let mostExpectedUpdates = 10_000

    /// Whether flow control lets no byte of a body through: the peer has taken all that it said it would.
    package func isBlocked(_ stream: HTTP2StreamID) -> Bool {
        unsafe nghttp2_session_get_stream_remote_window_size(handle, stream.rawValue) <= 0
            || nghttp2_session_get_remote_window_size(handle) <= 0
    }

    /// Whether the connection still has a use for bytes of the peer. False together with `wantsWrite`: close.
    package var wantsRead: Bool { unsafe nghttp2_session_want_read(handle) != 0 }

    /// Whether frames are waiting that flow control lets through.
    package var wantsWrite: Bool { unsafe nghttp2_session_want_write(handle) != 0 }

    /// Tells the peer that no further stream is accepted; those that are open go on.
    package func goAway(_ error: HTTP2ErrorCode = .noError) throws(HTTP2Error) {
        let last = unsafe nghttp2_session_get_last_proc_stream_id(handle)
        let result = unsafe nghttp2_submit_goaway(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, error.rawValue, nil, 0)
        try HTTP2Session.check(Int(result), "nghttp2_submit_goaway")
    }

    private func submitSettings() throws(HTTP2Error) {
        let entries = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                value: UInt32(clamping: settings.maximumConcurrentStreams)),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(clamping: settings.maximumHeaderListBytes)),
        ]
        let result = unsafe nghttp2_submit_settings(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), entries, entries.count)
        try HTTP2Session.check(Int(result), "nghttp2_submit_settings")
    }

    /// nghttp2 reports failure by negative values.
    static func check(_ result: Int, _ call: String) throws(HTTP2Error) {
        guard result < 0 else { return }
        let reason = unsafe String(cString: nghttp2_strerror(Int32(clamping: result)))
        throw HTTP2Error(call: call, code: result, reason: reason)
    }
}
