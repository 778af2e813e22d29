import NIOCore
import NIOEmbedded

@testable import HTTPTransport

/// A client of a streaming body, which reads as the transport does: when woken, and while there is more.
final class Follower {
    private let body: any HTTPResponseBody
    private var waker: HTTPBodyWaker?
    private(set) var isReady = true
    private(set) var hasEnded = false
    private var bytes = ByteBuffer()

    init(_ body: any HTTPResponseBody, on loop: EmbeddedEventLoop) {
        self.body = body
        let waker = HTTPBodyWaker(eventLoop: loop) { [weak self] in self?.isReady = true }
        self.waker = waker
        body.start(waker: waker)
    }

    func read(limit: Int) {
        guard isReady, !hasEnded else { return }
        switch body.read(into: &bytes, limit: limit) {
        case .more: break
        case .pending: isReady = false
        case .end, .failed: hasEnded = true
        }
    }

    /// Everything up to the next `.pending`, or the end.
    func drain() { while isReady && !hasEnded { read(limit: 16_384) } }

    func finish() {
        body.finish()
        waker?.wake()
    }

    func leave() {
        waker?.disarm()
        body.cancel()
        hasEnded = true
    }

    var text: String { String(buffer: bytes) }

    var received: [UInt8] { Array(bytes.readableBytesView) }
}
