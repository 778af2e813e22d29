internal import FlowHistory
internal import FlowModel
internal import FlowObserver
internal import FlowWire
internal import HTTPTransport
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// An answer as a stream, at the pace at which the client takes it.
///
/// A follower that has reached the present takes its bytes from the `LiveFeed` of its kind. Before, stretches that lie in
/// memory are read on the connection's event loop. Those on disk are read and encoded by a query
/// thread, one batch at a time, which the event loop then picks up:
///
/// ```
///   event loop                         query thread
///   read: on disk → submit, .pending
///                                      step, encode → mailbox, wake
///   read: take the mailbox
/// ```
///
/// @unchecked: while a batch is with the query thread (`isReading`), the event loop touches only the mailbox, and cancels.
final class FlowStreamBody: HTTPResponseBody, @unchecked Sendable {
    /// Bytes on their way to the client, and what is to be said when they are sent.
    fileprivate struct Batch {
        enum Progress {
            case more
            case caughtUp
            case end(FlowStreamEnd)
        }

        var bytes: [UInt8]
        var progress: Progress
        /// Flows and gaps in it.
        var messages: UInt64 = 0
    }

    private let feeds: LiveFeeds
    private let kind: FlowStreamKind
    private let queryThreads: NIOThreadPool
    private let report: @Sendable (String) -> Void
    private let showsCoverage: Bool
    private let sendsTrailers: Bool
    private let mailbox = Mutex<Batch?>(nil)

    private let answer: FlowAnswer
    private let encoders: FlowEncoderPool
    private var flows: [Flow] = []
    private var losses: [LostEvent] = []
    /// Storage of what this answer encodes itself.
    private var scratch: [UInt8] = []

    private var coverage: StreamCoverage
    /// Of the last flow that was encoded here; where the answer is only some of the flows, it ends there.
    private var lastSequence: UInt64?
    private let hasCount: Bool

    private var batch: Batch
    /// Of the batch.
    private var sentBytes = 0
    private var feed: LiveFeed?
    /// See `LiveFeed.offer`.
    private var chunkNumber: Int?
    private var waker: HTTPBodyWaker?
    private var isReading = false
    private var isFinishing = false
    private(set) var trailers: HTTPFields = [:]
    private var heartbeat: Heartbeat?
    private var hasToldCoverage = false
    private let account: StreamAccount
    /// Flows and gaps that were sent so far.
    private(set) var sentMessages: UInt64 = 0

    /// - Parameters:
    ///   - feeds: of the connection's event loop.
    ///   - showsCoverage: the stream ends with a line or event that tells what it was taken from.
    ///   - sendsTrailers: trailers tell it; those of gRPC always do.
    init(
        _ answer: FlowAnswer, _ kind: FlowStreamKind, _ feeds: LiveFeeds, _ queryThreads: NIOThreadPool,
        coverage: StreamCoverage, showsCoverage: Bool = false, sendsTrailers: Bool = false,
        account: StreamAccount, report: @escaping @Sendable (String) -> Void
    ) {
        self.answer = answer
        encoders = feeds.encoders
        self.kind = kind
        self.feeds = feeds
        self.queryThreads = queryThreads
        self.report = report
        self.account = account
        self.coverage = coverage
        self.showsCoverage = showsCoverage
        self.sendsTrailers = sendsTrailers || kind.format.needsTrailers
        hasCount = answer.hasCount
        batch = Batch(bytes: kind.format.opening, progress: .more)
    }

    func start(waker: HTTPBodyWaker) {
        self.waker = waker
        if let text = kind.format.heartbeat { heartbeat = Heartbeat(text, feeds.eventLoop, waker) }
    }

    func finish() { isFinishing = true }

    func cancel() {
        answer.cancel()
        leave()
        account.close()
    }

    func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        let start = buffer.writerIndex
        let progress = readBatches(into: &buffer, limit: limit)
        if case .pending = progress { heartbeat?.beat(into: &buffer, isIdle: buffer.writerIndex == start) }
        return progress
    }

    private func readBatches(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        var room = limit
        while true {
            let count = min(room, batch.bytes.count - sentBytes)
            buffer.writeBytes(batch.bytes[sentBytes..<sentBytes + count])
            sentBytes += count
            room -= count
            if sentBytes < batch.bytes.count { return .more }
            let progress = batch.progress
            drop()
            switch progress {
            case .more where room == 0: return .more
            case .more: break
            case .caughtUp where isFinishing: batch = closing(.stopped)
            case .caughtUp where answer.isShareable: break
            case .caughtUp:
                if let waker { feeds.wakeLater(waker) }
                return .pending
            case .end(let way) where hasToldCoverage: return end(way)
            case .end(let way): batch = closing(way)
            }
            if sentBytes < batch.bytes.count { continue }
            if case .end(let way) = batch.progress { return end(way) }
            if let next = nextBatch() {
                batch = next
                sentMessages += next.messages
            } else if isFinishing && !isReading {
                batch = closing(.stopped)
            } else {
                return .pending
            }
        }
    }

    /// What comes last.
    private func closing(_ end: FlowStreamEnd) -> Batch {
        hasToldCoverage = true
        coverage.cursor = cursor.map { $0.text(storeID: feeds.context.storeID) }
        if case .failed = end { return Batch(bytes: [], progress: .end(end)) }
        let bytes = showsCoverage ? kind.format.closing(coverage.report(feeds.observer.heldTimes())) : []
        return Batch(bytes: bytes, progress: .end(end))
    }

    /// Behind all that was looked at; of an answer that wanted only some of it, behind its last flow.
    private var cursor: FlowCursor? {
        hasCount
            ? lastSequence.map { FlowCursor(sequence: $0) }
            : FlowCursor(sequence: max(1, answer.position) - 1)
    }

    /// Lets go of what is sent, so that its storage can be written again.
    private func drop() {
        batch = Batch(bytes: [], progress: .more)
        sentBytes = 0
    }

    private func end(_ end: FlowStreamEnd) -> HTTPBodyProgress {
        leave()
        account.close()
        if case .failed(let reason) = end { report("an answer ended early: \(reason)") }
        let close = kind.format.close(end)
        trailers = close.trailers
        if sendsTrailers { trailers.append(contentsOf: coverage.endFields(feeds.observer.heldTimes())) }
        return close.progress
    }

    /// nil: a query thread is at it or the feed has nothing yet; they will wake the transport.
    private func nextBatch() -> Batch? {
        if isReading {
            guard let batch = mailbox.withLock({ $0.take() }) else { return nil }
            isReading = false
            return batch
        }
        if answer.isShareable { return sharedBatch() }
        guard answer.readsDisk else { return readBatch(before: .max) }
        readOnQueryThread()
        return nil
    }

    // MARK: Feed

    private func sharedBatch() -> Batch? {
        losses.removeAll(keepingCapacity: true)
        answer.takeLosses(into: &losses)
        guard losses.isEmpty else {
            return Batch(bytes: encoded(), progress: .more, messages: UInt64(losses.count))
        }
        let feed = self.feed ?? feeds.join(kind, at: answer.position)
        self.feed = feed
        switch feed.offer(from: answer.position, &chunkNumber) {
        case .chunk(let chunk):
            answer.advance(to: chunk.end, lost: chunk.lost)
            if chunk.lost > 0 { coverage.addOvertaken(chunk.lost) }
            return Batch(bytes: chunk.bytes, progress: .more, messages: chunk.messages)
        case .present:
            if let waker { feed.wait(waker) }
            return nil
        case .readYourself(let boundary):
            return readBatch(before: boundary)
        }
    }

    private func leave() {
        heartbeat?.stop()
        heartbeat = nil
        guard feed != nil else { return }
        feed = nil
        feeds.leave(kind)
    }

    // MARK: Own reading

    private func readOnQueryThread() {
        guard let waker else { return }
        isReading = true
        queryThreads.submit { state in
            guard case .active = state, !self.answer.isCancelled else { return }
            var batch = self.readBatch(before: .max)
            while batch.bytes.isEmpty, case .more = batch.progress, self.answer.readsDisk,
                !self.answer.isCancelled
            {
                batch = self.readBatch(before: .max)
            }
            self.mailbox.withLock { $0 = batch }
            waker.wake()
        }
    }

    /// One step of the answer, encoded.
    private func readBatch(before boundary: UInt64) -> Batch {
        flows.removeAll(keepingCapacity: true)
        losses.removeAll(keepingCapacity: true)
        do {
            let progress = try answer.step(
                into: &flows, losses: &losses, limit: FlowTail.batchFlows, before: boundary)
            return Batch(
                bytes: encoded(), progress: Batch.Progress(progress), messages: UInt64(flows.count + losses.count))
        } catch {
            return Batch(bytes: [], progress: .end(.failed("\(error)")))
        }
    }

    /// What was read.
    private func encoded() -> [UInt8] {
        scratch.removeAll(keepingCapacity: true)
        coverage.add(losses)
        lastSequence = flows.last?.sequence ?? lastSequence
        guard !losses.isEmpty || !flows.isEmpty else { return scratch }
        encoders.encode(kind.form) { encoder in
            for loss in losses { encoder.append(loss, to: &scratch) }
            encoder.append(flows, to: &scratch)
        }
        return scratch
    }
}

extension FlowStreamBody.Batch.Progress {
    fileprivate init(_ progress: FlowAnswer.Progress) {
        self =
            switch progress {
            case .more: .more
            case .caughtUp: .caughtUp
            case .end: .end(.complete)
            }
    }
}
