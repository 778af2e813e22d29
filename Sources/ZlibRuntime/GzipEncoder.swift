private import CZlib

/// One gzip stream (RFC 1952) that is being written. Used by one thread at a time.
@safe package final class GzipEncoder: @unchecked Sendable {
    // @unchecked: the stream is this object's own, and whoever has the object uses it from one thread at a time.

    /// zlib's memory for one stream, by its own formula: (1 << (windowBits + 2)) + (1 << (memoryLevel + 9)), and 6 kB.
    package static let memoryBytes = 32 << 10 + 64 << 10 + 6 << 10
    private static let windowBits: Int32 = 13
    private static let memoryLevel: Int32 = 7
    /// Fastest: what is sent is made for one client, while it waits.
    private static let level: Int32 = 1
    private static let gzipFraming: Int32 = 16
    private static let stepBytes = 16 << 10

    package enum Flush {
        /// All that was given can be read at once.
        case batch
        /// That was all.
        case end
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var step = [UInt8](repeating: 0, count: stepBytes)

    package init() {
        unsafe stream = .allocate(capacity: 1)
        // Z_MEM_ERROR: as with any other allocation there is no going on. Z_STREAM_ERROR and Z_VERSION_ERROR are ours.
        let status = unsafe apus_deflate_init(stream, Self.level, Self.windowBits + Self.gzipFraming, Self.memoryLevel)
        precondition(status == Z_OK, "zlib gives a stream")
    }

    deinit {
        // Z_DATA_ERROR: the stream was not finished, which is all right.
        unsafe _ = deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Begins another stream, with the memory of the one before.
    private func restart() {
        // Z_STREAM_ERROR would be ours.
        let status = unsafe deflateReset(stream)
        precondition(status == Z_OK, "a stream is used as zlib says")
    }

    /// Compresses `bytes`; hands out what comes of it, piece by piece.
    package func encode(_ bytes: RawSpan, _ flush: Flush, _ body: (RawSpan) -> Void) {
        unsafe bytes.withUnsafeBytes { input in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            unsafe stream.pointee.avail_in = UInt32(input.count)
            while true {
                let count = write(flush)
                if count > 0 { unsafe body(step.span.extracting(first: count).bytes) }
                if count < Self.stepBytes { return }
            }
        }
    }

    /// Appends a whole stream that holds `bytes`.
    package func append(_ bytes: [UInt8], to buffer: inout [UInt8]) {
        restart()
        unsafe encode(bytes.span.bytes, .end) { piece in
            unsafe piece.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
        }
    }

    /// Fills `step`; returns how much of it, all if there may be more.
    private func write(_ flush: Flush) -> Int {
        unsafe step.withUnsafeMutableBufferPointer { room in
            unsafe stream.pointee.next_out = room.baseAddress
            unsafe stream.pointee.avail_out = UInt32(room.count)
            // Z_BUF_ERROR: there was nothing to do. Z_STREAM_ERROR would be ours.
            let status = unsafe deflate(stream, flush == .end ? Z_FINISH : Z_SYNC_FLUSH)
            precondition(status != Z_STREAM_ERROR, "a stream is used as zlib says")
            return unsafe room.count - Int(stream.pointee.avail_out)
        }
    }
}
