/// A stream of one connection (RFC 9113, 5.1.1): odd, given by the client, never reused.
package struct HTTP2StreamID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    package var description: String { "stream \(rawValue)" }
}

/// One header field; HTTP/2 carries names in lower case.
package struct HTTP2Header: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// What the HEADERS frame of a request said. nghttp2 has checked its form: a method is there, names are in lower case.
package struct HTTP2RequestHead: Sendable {
    package var method = ""
    /// The target as sent, percent-encoded. Empty for CONNECT.
    package var path = ""
    package var scheme = ""
    package var authority = ""
    /// The other fields, in the order of arrival. Cut off where `isTooLarge`.
    package var headers: [HTTP2Header] = []
    /// The fields exceeded `HTTP2Settings.maximumHeaderListBytes`; those beyond were not kept.
    package var isTooLarge = false
}

/// Why a stream or connection ends (RFC 9113, 7).
package struct HTTP2ErrorCode: Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let noError = HTTP2ErrorCode(rawValue: 0)
    package static let protocolError = HTTP2ErrorCode(rawValue: 1)
    package static let internalError = HTTP2ErrorCode(rawValue: 2)
    package static let cancel = HTTP2ErrorCode(rawValue: 8)
    package static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 11)
}

/// What the session tells the peer in its first SETTINGS frame, and what it bears.
package struct HTTP2Settings: Sendable {
    /// Streams that a peer may have open at a time; nghttp2 refuses more.
    package var maximumConcurrentStreams: Int
    /// Sum over the fields of a request of name + value + 32 bytes (RFC 9113, 6.5.2).
    package var maximumHeaderListBytes: Int
    /// Frames that carry nothing (PING, SETTINGS, PRIORITY, RST_STREAM, empty DATA), until `beginInterval` is called.
    package var maximumIdleFrames: Int

    package init(maximumConcurrentStreams: Int, maximumHeaderListBytes: Int, maximumIdleFrames: Int) {
        self.maximumConcurrentStreams = maximumConcurrentStreams
        self.maximumHeaderListBytes = maximumHeaderListBytes
        self.maximumIdleFrames = maximumIdleFrames
    }
}

/// A call of nghttp2 failed; the connection cannot go on.
package struct HTTP2Error: Error, CustomStringConvertible {
    /// The call, as in nghttp2's documentation.
    package let call: String
    /// nghttp2's negative return value.
    package let code: Int
    /// nghttp2's words for `code`.
    package let reason: String

    package var description: String { "HTTP/2: \(call) failed: \(reason) (\(code))" }
}
