import HTTP2Session
import NIOCore
import Testing

/// Drives a session with frames made by hand, and notes what it says.
private final class SessionDriver: HTTP2SessionDelegate {
    var session: HTTP2Session?
    var requests: [(head: HTTP2RequestHead, stream: HTTP2StreamID, isEnd: Bool)] = []
    var received = ByteBuffer()
    var requestTrailers: [HTTP2Header]?
    var closed: [HTTP2StreamID: HTTP2ErrorCode] = [:]
    var output = ByteBuffer()
    var pulls: [(bytes: [UInt8], HTTP2BodyPull)] = []
    private var openFrame = 0

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    /// `GET / http x`, by HPACK's static table.
    static let getBlock: [UInt8] = [0x82, 0x84, 0x86, 0x41, 1, UInt8(ascii: "x")]
    static let postBlock: [UInt8] = [0x83, 0x84, 0x86, 0x41, 1, UInt8(ascii: "x")]

    init(headerBytes: Int = 1000) throws {
        let settings = HTTP2Settings(
            maximumConcurrentStreams: 2, maximumHeaderListBytes: headerBytes, maximumIdleFrames: 100)
        session = try HTTP2Session(settings: settings, delegate: self)
        try receive(SessionDriver.preface + frame(type: 4))
        try send()
        output.clear()
    }

    func frame(type: UInt8, flags: UInt8 = 0, stream: UInt8 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xff), type, flags, 0, 0, 0, stream] + payload
    }

    func receive(_ bytes: [UInt8]) throws { try session?.receive(ByteBuffer(bytes: bytes).readableBytesSpan) }
    func send() throws { _ = try session?.send(limit: 1 << 20) }

    /// Type, flags, stream and payload of the frames sent.
    var frames: [(type: UInt8, flags: UInt8, stream: UInt8, payload: [UInt8])] {
        var result: [(UInt8, UInt8, UInt8, [UInt8])] = []
        var rest = Array(output.readableBytesView)[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let count = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            result.append((head[3], head[4], head[8], Array(rest.dropFirst(9).prefix(count))))
            rest = rest.dropFirst(9 + count)
        }
        return result
    }

    func http2(request: HTTP2RequestHead, on stream: HTTP2StreamID, endOfStream: Bool) {
        requests.append((request, stream, endOfStream))
    }
    func http2(data: RawSpan, on stream: HTTP2StreamID) {
        received.writeBytes(data)
        try? session?.consume(data.byteCount, on: stream)
    }
    func http2(endOfRequestOn stream: HTTP2StreamID, trailers: [HTTP2Header]) { requestTrailers = trailers }
    func http2(closed stream: HTTP2StreamID, error: HTTP2ErrorCode) { closed[stream] = error }
    func http2(invalidFrameOn stream: HTTP2StreamID, reason: String) {}
    func http2(write bytes: RawSpan) {
        output.writeBytes(bytes)
    }
    func http2(bodyOf stream: HTTP2StreamID, limit: Int) -> HTTP2BodyPull {
        guard !pulls.isEmpty else { return .pending }
        let (bytes, pull) = pulls.removeFirst()
        if case .failed = pull { return pull }
        openFrame = output.writerIndex
        output.writeBytes(Array(repeating: 0, count: HTTP2Session.frameHeaderBytes) + bytes)
        return pull
    }
    func http2(frameHeader: RawSpan) {
        output.setBytes(frameHeader, at: openFrame)
    }
}

@Suite("An HTTP/2 session turns bytes into requests and responses into bytes")
struct HTTP2SessionTests {
    private let headers: UInt8 = 1
    private let data: UInt8 = 0
    private let reset: UInt8 = 3
    private let goAway: UInt8 = 7
    private let first = HTTP2StreamID(rawValue: 1)

    private func driverWithGet() throws -> SessionDriver {
        let driver = try SessionDriver()
        try driver.receive(driver.frame(type: headers, flags: 5, stream: 1, SessionDriver.getBlock))
        return driver
    }

    @Test("a request is reported with its pseudo headers apart")
    func request() throws {
        let driver = try driverWithGet()
        let (head, stream, isEnd) = try #require(driver.requests.first)
        #expect(stream == first && isEnd)
        #expect([head.method, head.path, head.scheme, head.authority] == ["GET", "/", "http", "x"])
        #expect(head.headers.isEmpty && !head.isTooLarge)
    }

    @Test("a body arrives in pieces, and trailers end the request")
    func requestBody() throws {
        let driver = try SessionDriver()
        try driver.receive(driver.frame(type: headers, flags: 4, stream: 1, SessionDriver.postBlock))
        #expect(driver.requests.first?.isEnd == false)
        for piece in [[1, 2], [3]] as [[UInt8]] { try driver.receive(driver.frame(type: data, stream: 1, piece)) }
        #expect(driver.received == ByteBuffer(bytes: [1, 2, 3]) && driver.requestTrailers == nil)
        let trailer: [UInt8] = [0x00, 1, UInt8(ascii: "t"), 1, UInt8(ascii: "v")]
        try driver.receive(driver.frame(type: headers, flags: 5, stream: 1, trailer))
        #expect(driver.requestTrailers == [HTTP2Header(name: "t", value: "v")])
    }

    @Test("a response without a body ends with its headers, and the stream with it")
    func emptyResponse() throws {
        let driver = try driverWithGet()
        try driver.session?.respond(on: first, status: 204, headers: [], hasBody: false)
        try driver.send()
        #expect(driver.frames.map(\.type) == [headers] && driver.frames[0].flags == 5)
        #expect(driver.closed == [first: .noError])
    }

    @Test("a pending body is asked again after resume, and trailers end it")
    func pendingBody() throws {
        let driver = try driverWithGet()
        try driver.session?.respond(on: first, status: 200, headers: [], hasBody: true)
        try driver.send()
        #expect(driver.frames.map(\.type) == [headers])
        driver.pulls = [
            ([7, 8], .bytes(count: 2)), ([9], .end(count: 1, trailers: [HTTP2Header(name: "T", value: "v")])),
        ]
        try driver.send()
        #expect(driver.frames.count == 1)
        driver.session?.resume(first)
        try driver.send()
        #expect(driver.frames.map(\.type) == [headers, data, data, headers])
        #expect(driver.frames[1].payload == [7, 8] && driver.frames[2].payload == [9])
        #expect(driver.frames.map(\.flags) == [4, 0, 0, 5])
    }

    @Test("a failed body resets the stream behind the bytes that were sent")
    func failedBody() throws {
        let driver = try driverWithGet()
        driver.pulls = [([7], .bytes(count: 1)), ([], .failed)]
        try driver.session?.respond(on: first, status: 200, headers: [], hasBody: true)
        try driver.send()
        #expect(driver.frames.map(\.type) == [headers, data, reset])
        #expect(driver.closed == [first: .internalError])
    }

    @Test("sending stops at the limit and says so")
    func limit() throws {
        let driver = try driverWithGet()
        try driver.session?.respond(on: first, status: 200, headers: [], hasBody: true)
        let bytes = [UInt8](repeating: 1, count: 1000)
        driver.pulls = Array(repeating: (bytes, .bytes(count: 1000)), count: 10)
        #expect(try driver.session?.send(limit: 2500) == true)
        #expect(driver.pulls.count == 7)
        #expect(try driver.session?.send(limit: 1 << 20) == false)
        #expect(driver.pulls.isEmpty)
    }

    @Test("nothing is sent beyond the peer's flow-control window")
    func flowControl() throws {
        let driver = try driverWithGet()
        try driver.session?.respond(on: first, status: 200, headers: [], hasBody: true)
        let bytes = [UInt8](repeating: 1, count: 13_107)
        driver.pulls = Array(repeating: (bytes, .bytes(count: bytes.count)), count: 10)
        try driver.send()
        #expect(driver.pulls.count == 5)
        #expect(driver.session?.wantsWrite == false)
    }

    @Test("header fields beyond the limit are not kept, and the request says so")
    func tooLarge() throws {
        let driver = try SessionDriver(headerBytes: 4 * 50)
        let field: [UInt8] = [0x00, 1, UInt8(ascii: "f"), 40] + Array(repeating: UInt8(ascii: "v"), count: 40)
        try driver.receive(driver.frame(type: headers, flags: 5, stream: 1, SessionDriver.getBlock + field))
        let head = try #require(driver.requests.first?.head)
        #expect(head.isTooLarge && head.headers.isEmpty)
    }

    @Test("a response before the request's end tells the peer to stop")
    func earlyResponse() throws {
        let driver = try SessionDriver()
        try driver.receive(driver.frame(type: headers, flags: 4, stream: 1, SessionDriver.postBlock))
        try driver.session?.respond(on: first, status: 413, headers: [], hasBody: false)
        try driver.send()
        #expect(driver.frames.map(\.type) == [headers, reset])
        #expect(driver.frames[1].payload == [0, 0, 0, 0])
    }

    @Test("after going away, open streams end and nothing more is wanted")
    func goingAway() throws {
        let driver = try driverWithGet()
        try driver.session?.goAway()
        try driver.session?.respond(on: first, status: 200, headers: [], hasBody: true)
        try driver.send()
        #expect(driver.session?.wantsRead == true)
        driver.pulls = [([1], .end(count: 1, trailers: []))]
        driver.session?.resume(first)
        try driver.send()
        #expect(driver.frames.map(\.type).contains(goAway))
        #expect(driver.session?.wantsRead == false && driver.session?.wantsWrite == false)
    }

    @Test("a frame that breaks the protocol ends the connection")
    func brokenProtocol() throws {
        let driver = try SessionDriver()
        try driver.receive(driver.frame(type: headers, flags: 5, stream: 2, SessionDriver.getBlock))
        try driver.send()
        #expect(driver.frames.map(\.type) == [goAway])
        #expect(driver.session?.wantsRead == false)
    }

    @Test("a session may end with streams open")
    func endsEarly() throws {
        let driver = try driverWithGet()
        try driver.session?.respond(on: first, status: 200, headers: [], hasBody: true)
        driver.session = nil
        #expect(driver.closed.isEmpty)
    }
}
