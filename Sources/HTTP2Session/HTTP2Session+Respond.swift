import CNghttp2

/// What a delegate submits. All of it goes out with the next `send(limit:)`.
extension HTTP2Session {
    /// Answers the request on `stream`. With `hasBody`, the delegate is asked for the body whenever flow control has
    /// room; without, the headers end the stream.
    ///
    /// Names are sent in lower case. A stream that is already gone is no error.
    package func respond(
        on stream: HTTP2StreamID, status: Int, headers: [HTTP2Header], hasBody: Bool
    ) throws(HTTP2Error) {
        headerPacker.removeAll()
        headerPacker.append(name: ":status", value: String(status))
        for header in headers { headerPacker.append(name: header.name, value: header.value) }
        let result = unsafe headerPacker.withFields { fields in
            guard hasBody else {
                return unsafe nghttp2_submit_response(handle, stream.rawValue, fields.baseAddress, fields.count, nil)
            }
            var provider = unsafe nghttp2_data_provider(source: nghttp2_data_source(), read_callback: readBody)
            return unsafe nghttp2_submit_response(handle, stream.rawValue, fields.baseAddress, fields.count, &provider)
        }
        try HTTP2Session.checkUnlessStreamIsGone(result, "nghttp2_submit_response")
    }

    /// A body that was `.pending` has more to give. Does nothing for a stream that is gone or was not pending.
    package func resume(_ stream: HTTP2StreamID) {
        unsafe nghttp2_session_resume_data(handle, stream.rawValue)
    }

    /// Ends `stream` at once, for both sides.
    package func reset(_ stream: HTTP2StreamID, _ error: HTTP2ErrorCode) throws(HTTP2Error) {
        let result = unsafe nghttp2_submit_rst_stream(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.rawValue, error.rawValue)
        try HTTP2Session.checkUnlessStreamIsGone(result, "nghttp2_submit_rst_stream")
    }

    /// `count` bytes of a request's body are dealt with: the peer may send as many more.
    package func consume(_ count: Int, on stream: HTTP2StreamID) throws(HTTP2Error) {
        let result = unsafe nghttp2_session_consume(handle, stream.rawValue, count)
        try HTTP2Session.checkUnlessStreamIsGone(result, "nghttp2_session_consume")
    }

    /// Returns false when nghttp2 refused, for lack of memory or because the stream is gone.
    func submitTrailers(_ trailers: [HTTP2Header], on stream: HTTP2StreamID) -> Bool {
        headerPacker.removeAll()
        for trailer in trailers { headerPacker.append(name: trailer.name, value: trailer.value) }
        return unsafe headerPacker.withFields { fields in
            unsafe nghttp2_submit_trailer(handle, stream.rawValue, fields.baseAddress, fields.count)
        } == 0
    }

    private static func checkUnlessStreamIsGone(_ result: Int32, _ call: String) throws(HTTP2Error) {
        let gone = [NGHTTP2_ERR_STREAM_CLOSED, NGHTTP2_ERR_INVALID_STREAM_ID, NGHTTP2_ERR_DATA_EXIST]
        if gone.contains(where: { $0.rawValue == result }) { return }
        try check(Int(result), call)
    }
}
