import NIOCore
import ZlibRuntime

/// A body as gzip. What the body below says is compressed at once and can be read at once, so that a follower waits for
/// nothing. Costs `GzipEncoder.memoryBytes`.
final class GzipBody: HTTPResponseBody {
    private let body: any HTTPResponseBody
    private let encoder = GzipEncoder()
    private var plain = ByteBuffer()

    init(_ body: any HTTPResponseBody) { self.body = body }

    func start(waker: HTTPBodyWaker) { body.start(waker: waker) }

    func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        plain.clear()
        let progress = body.read(into: &plain, limit: limit)
        switch progress {
        case .end: encoder.encode(plain, .end, into: &buffer)
        case .more, .pending, .failed:
            if plain.readableBytes > 0 { encoder.encode(plain, .batch, into: &buffer) }
        }
        return progress
    }

    func finish() { body.finish() }

    func cancel() { body.cancel() }

    var trailers: HTTPFields { body.trailers }
}

extension GzipEncoder {
    func encode(_ plain: ByteBuffer, _ flush: Flush, into buffer: inout ByteBuffer) {
        encode(plain.readableBytesSpan, flush) { piece in buffer.writeBytes(piece) }
    }
}
