import CNghttp2

extension HTTP2Session {
    /// A session handle with the callbacks below; they find their session by nghttp2's user data.
    static func makeHandle() throws(HTTP2Error) -> OpaquePointer {
        var callbacks: OpaquePointer?
        try check(Int(unsafe nghttp2_session_callbacks_new(&callbacks)), "nghttp2_session_callbacks_new")
        defer { unsafe nghttp2_session_callbacks_del(callbacks) }
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, beganHeaders)
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks, receivedHeader)
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, receivedFrame)
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, receivedData)
        unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, receivedInvalidFrame)
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, closedStream)
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, sentFrame)
        unsafe nghttp2_session_callbacks_set_send_data_callback(callbacks, sendData)

        var option: OpaquePointer?
        try check(Int(unsafe nghttp2_option_new(&option)), "nghttp2_option_new")
        defer { unsafe nghttp2_option_del(option) }
        unsafe nghttp2_option_set_no_auto_window_update(option, 1)

        var handle: OpaquePointer?
        try check(
            Int(unsafe nghttp2_session_server_new2(&handle, callbacks, nil, option)), "nghttp2_session_server_new2")
        return unsafe handle!
    }

    fileprivate static func of(_ userData: UnsafeMutableRawPointer?) -> HTTP2Session {
        unsafe Unmanaged<HTTP2Session>.fromOpaque(userData!).takeUnretainedValue()
    }
}

private let endStream = UInt8(NGHTTP2_FLAG_END_STREAM.rawValue)

private func beganHeaders(
    _: OpaquePointer?, _: UnsafePointer<nghttp2_frame>?, userData: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe HTTP2Session.of(userData).partialHead.begin()
    return 0
}

private func receivedHeader(
    _: OpaquePointer?, _: UnsafePointer<nghttp2_frame>?, name: UnsafePointer<UInt8>?, nameCount: Int,
    value: UnsafePointer<UInt8>?, valueCount: Int, _: UInt8, userData: UnsafeMutableRawPointer?
) -> Int32 {
    let session = unsafe HTTP2Session.of(userData)
    session.partialHead.append(
        name: unsafe String(decoding: UnsafeBufferPointer(start: name, count: nameCount), as: UTF8.self),
        value: unsafe String(decoding: UnsafeBufferPointer(start: value, count: valueCount), as: UTF8.self),
        limit: session.settings.maximumHeaderListBytes)
    return 0
}

private func receivedFrame(
    _: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, userData: UnsafeMutableRawPointer?
) -> Int32 {
    let session = unsafe HTTP2Session.of(userData)
    let header = unsafe frame!.pointee.hd
    let stream = HTTP2StreamID(rawValue: header.stream_id)
    let isEnd = header.flags & endStream != 0
    if isIdle(header) { session.countIdleFrame() }
    if UInt32(header.type) == NGHTTP2_WINDOW_UPDATE.rawValue { session.countWindowUpdate() }
    if UInt32(header.type) == NGHTTP2_HEADERS.rawValue {
        let head = session.partialHead.head
        if unsafe frame!.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
            session.expectUpdates()
            session.delegate.http2(request: head, on: stream, endOfStream: isEnd)
        } else if isEnd {
            session.delegate.http2(endOfRequestOn: stream, trailers: head.headers)
        }
    } else if UInt32(header.type) == NGHTTP2_DATA.rawValue && isEnd {
        session.delegate.http2(endOfRequestOn: stream, trailers: [])
    }
    return 0
}

/// Whether a frame moves nothing: an abundance of them is a flood. For updates of windows see `countWindowUpdate`.
private func isIdle(_ header: nghttp2_frame_hd) -> Bool {
    switch UInt32(header.type) {
    case NGHTTP2_PING.rawValue, NGHTTP2_SETTINGS.rawValue, NGHTTP2_PRIORITY.rawValue, NGHTTP2_RST_STREAM.rawValue: true
    case NGHTTP2_DATA.rawValue: header.length == 0 && header.flags & endStream == 0
    default: false
    }
}

private func receivedData(
    _: OpaquePointer?, _: UInt8, stream: Int32, data: UnsafePointer<UInt8>?, count: Int,
    userData: UnsafeMutableRawPointer?
) -> Int32 {
    let bytes = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(data!), byteCount: count)
    unsafe HTTP2Session.of(userData).delegate.http2(data: bytes, on: HTTP2StreamID(rawValue: stream))
    return 0
}

private func receivedInvalidFrame(
    _: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, error: Int32, userData: UnsafeMutableRawPointer?
) -> Int32 {
    let stream = HTTP2StreamID(rawValue: unsafe frame!.pointee.hd.stream_id)
    let reason = unsafe String(cString: nghttp2_strerror(error))
    let session = unsafe HTTP2Session.of(userData)
    session.hasReportedInvalidFrame = true
    // Each is answered by a frame, and so is a stream beyond the limit: who does not read, lets them pile up.
    session.countIdleFrame()
    session.delegate.http2(invalidFrameOn: stream, reason: reason)
    return 0
}

private func closedStream(
    _: OpaquePointer?, stream: Int32, error: UInt32, userData: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe HTTP2Session.of(userData).delegate.http2(
        closed: HTTP2StreamID(rawValue: stream), error: HTTP2ErrorCode(rawValue: error))
    return 0
}

/// A response that is complete before its request is tells the peer to stop sending (RFC 9113, 8.1). What breaks the
/// protocol so early that there is no frame to report shows in the GOAWAY that nghttp2 sends.
private func sentFrame(
    handle: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, userData: UnsafeMutableRawPointer?
) -> Int32 {
    let header = unsafe frame!.pointee.hd
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue, NGHTTP2_DATA.rawValue:
        guard header.flags & endStream != 0 else { break }
        if unsafe nghttp2_session_get_stream_remote_close(handle, header.stream_id) == 0 {
            unsafe nghttp2_submit_rst_stream(
                handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), header.stream_id, NGHTTP2_NO_ERROR.rawValue)
        }
    case NGHTTP2_GOAWAY.rawValue:
        let session = unsafe HTTP2Session.of(userData)
        let error = unsafe frame!.pointee.goaway.error_code
        guard error != NGHTTP2_NO_ERROR.rawValue, !session.hasReportedInvalidFrame else { break }
        let reason = unsafe String(cString: nghttp2_http2_strerror(error))
        session.delegate.http2(invalidFrameOn: HTTP2StreamID(rawValue: 0), reason: reason)
    default: break
    }
    return 0
}

/// The body goes straight to the delegate's output (`NO_COPY`); nghttp2 only makes the frame header.
func readBody(
    _: OpaquePointer?, stream: Int32, _: UnsafeMutablePointer<UInt8>?, limit: Int,
    flags: UnsafeMutablePointer<UInt32>?, _: UnsafeMutablePointer<nghttp2_data_source>?,
    userData: UnsafeMutableRawPointer?
) -> Int {
    let session = unsafe HTTP2Session.of(userData)
    let stream = HTTP2StreamID(rawValue: stream)
    unsafe flags!.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue
    switch session.delegate.http2(bodyOf: stream, limit: limit) {
    case .bytes(let count):
        return count
    case .end(let count, let trailers):
        unsafe flags!.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        if !trailers.isEmpty {
            unsafe flags!.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            guard session.submitTrailers(trailers, on: stream) else {
                return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
            }
        }
        return count
    case .pending:
        return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    case .failed:
        return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    }
}

private func sendData(
    _: OpaquePointer?, _: UnsafeMutablePointer<nghttp2_frame>?, frameHeader: UnsafePointer<UInt8>?, count: Int,
    _: UnsafeMutablePointer<nghttp2_data_source>?, userData: UnsafeMutableRawPointer?
) -> Int32 {
    let session = unsafe HTTP2Session.of(userData)
    session.delegate.http2(
        frameHeader: unsafe RawSpan(
            _unsafeStart: UnsafeRawPointer(frameHeader!), byteCount: HTTP2Session.frameHeaderBytes))
    session.expectUpdates()
    session.sentBytes += HTTP2Session.frameHeaderBytes + count
    return session.sentBytes >= session.sendLimit ? NGHTTP2_ERR_PAUSE.rawValue : 0
}
