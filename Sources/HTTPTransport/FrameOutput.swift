import HTTP2Session
import NIOCore

/// The output of an HTTP/2 connection: frames, one behind another, written into the socket at once.
///
/// A body writes its bytes directly behind the place of their frame header, which is filled in afterwards; thus
/// nothing is copied on the way from a body to the socket.
struct FrameOutput {
    private(set) var buffer = ByteBuffer()
    /// Where a DATA frame begins whose header is still missing.
    private var openFrameIndex: Int?

    /// Empties it; the memory is reused where the socket has taken all of it.
    mutating func removeAll() {
        buffer.clear(minimumCapacity: 1 << 10)
        openFrameIndex = nil
    }

    /// Returns the memory that a large response has taken.
    mutating func shrink() {
        if buffer.capacity > 16 << 10 { buffer = ByteBuffer() }
    }

    mutating func append(_ bytes: RawSpan) {
        dropOpenFrame()
        buffer.writeBytes(bytes)
    }

    /// Reads up to `limit` bytes of `source` into a new DATA frame.
    mutating func readBody(of source: inout BodySource, limit: Int) -> (progress: HTTPBodyProgress, count: Int) {
        dropOpenFrame()
        openFrameIndex = buffer.writerIndex
        buffer.writeRepeatingByte(0, count: HTTP2Session.frameHeaderBytes)
        let start = buffer.writerIndex
        let progress = source.read(into: &buffer, limit: limit)
        let count = buffer.writerIndex - start
        if count == 0, case .pending = progress { dropOpenFrame() }
        return (progress, count)
    }

    mutating func closeFrame(header: RawSpan) {
        if let openFrameIndex { buffer.setBytes(header, at: openFrameIndex) }
        openFrameIndex = nil
    }

    /// nghttp2 asked for a body and then sent none of it: an empty last frame before trailers.
    mutating func dropOpenFrame() {
        if let openFrameIndex { buffer.moveWriterIndex(to: openFrameIndex) }
        openFrameIndex = nil
    }
}
