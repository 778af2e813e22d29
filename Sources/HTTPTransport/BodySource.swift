import NIOCore

/// The part of one response's body that is yet to be sent, whole or streaming. Lives on the connection's event loop.
///
/// Cuts what a body writes at exactly the limit that the protocol allows, and keeps the rest: normally the part of
/// one message.
struct BodySource {
    private enum State {
        case open
        /// The body has nothing more; `kept` may hold bytes.
        case ended
        case failed
    }

    private var kept: ByteBuffer
    private var body: (any HTTPResponseBody)?
    private var waker: HTTPBodyWaker?
    private var state: State

    init(full: ByteBuffer) {
        self.kept = full
        self.state = .ended
    }

    /// Starts `body`; `resume` is called on `eventLoop` after each wake-up.
    init(streaming body: any HTTPResponseBody, on eventLoop: any EventLoop, resume: @escaping () -> Void) {
        let waker = HTTPBodyWaker(eventLoop: eventLoop, action: resume)
        self.kept = ByteBuffer()
        self.body = body
        self.waker = waker
        self.state = .open
        body.start(waker: waker)
    }

    /// Sent after `.end`.
    var trailers: HTTPFields { body?.trailers ?? [:] }

    /// Appends at most `limit` bytes. `.more` means that at least one was written.
    mutating func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        var room = limit - takeKept(into: &buffer, limit: limit)
        if let body, case .open = state, room > 0 {
            let start = buffer.writerIndex
            let progress = body.read(into: &buffer, limit: room)
            room -= keepExcess(of: &buffer, from: start, limit: room)
            switch progress {
            case .more where room == limit:
                // A body that broke its promise to write something is asked again, in its turn.
                waker?.wake()
                return .pending
            case .more: break
            case .pending: return kept.readableBytes > 0 ? .more : .pending
            case .end: state = .ended
            case .failed: state = .failed
            }
        }
        return switch state {
        case _ where kept.readableBytes > 0: .more
        case .open: .more
        case .ended: .end
        case .failed: .failed
        }
    }

    /// The server is stopping.
    func finish() {
        guard case .open = state else { return }
        body?.finish()
        waker?.wake()
    }

    /// The stream is over, for whatever reason.
    mutating func close() {
        waker?.disarm()
        if case .open = state { body?.cancel() }
        state = .ended
        body = nil
        kept = ByteBuffer()
    }

    private mutating func takeKept(into buffer: inout ByteBuffer, limit: Int) -> Int {
        let count = min(kept.readableBytes, limit)
        if count > 0, var slice = kept.readSlice(length: count) {
            buffer.writeBuffer(&slice)
            if kept.readableBytes == 0 { kept = ByteBuffer() }
        }
        return count
    }

    /// Moves what `buffer` holds beyond `limit` bytes after `start` to `kept`; returns how many bytes remain of them.
    private mutating func keepExcess(of buffer: inout ByteBuffer, from start: Int, limit: Int) -> Int {
        let written = buffer.writerIndex - start
        guard written > limit else { return written }
        // Copied, so that the output buffer stays unshared and is reused.
        kept = ByteBuffer(bytes: buffer.viewBytes(at: start + limit, length: written - limit)!)
        buffer.moveWriterIndex(to: start + limit)
        return limit
    }
}
