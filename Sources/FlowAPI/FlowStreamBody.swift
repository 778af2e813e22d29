internal import FlowHistory
internal import FlowModel
internal import FlowObserver
internal import FlowWire
internal import HTTPTransport
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// An answer as NDJSON, at the pace at which the client takes it.
///
/// Stretches that lie in memory are read on the connection's event loop. Those on disk are read and encoded by a query
/// thread, one batch at a time, which the event loop then picks up:
///
/// ```
///   event loop                         query thread
///   read: on disk → submit, .pending
///                                      step, encode → mailbox, wake
///   read: take the mailbox
/// ```
///
/// @unchecked: while a batch is with the query thread (`isReading`), the event loop touches only the mailbox.
final class FlowStreamBody: HTTPResponseBody, @unchecked Sendable {
    /// Flows that a step makes at most: about 64 kB of JSON.
    private static let batchFlows = 64
    /// A follower that has caught up looks for new flows so often.
    private static let followInterval = TimeAmount.milliseconds(10)

    private struct Batch {
        var bytes: [UInt8]
        var progress: HTTPBodyProgress
    }

    private let eventLoop: any EventLoop
    private let queryThreads: NIOThreadPool
    private let report: @Sendable (String) -> Void
    private let mailbox = Mutex<Batch?>(nil)
    private let isCancelled = Atomic(false)

    private let answer: FlowAnswer
    private var encoder: FlowJSONEncoder
    private var flows: [Flow] = []
    private var losses: [LostEvent] = []
    private var bytes: [UInt8] = []

    private var waker: HTTPBodyWaker?
    private var isReading = false
    private var isFinishing = false

    init(
        _ answer: FlowAnswer, _ encoder: FlowJSONEncoder, _ eventLoop: any EventLoop, _ queryThreads: NIOThreadPool,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.answer = answer
        self.encoder = encoder
        self.eventLoop = eventLoop
        self.queryThreads = queryThreads
        self.report = report
    }

    func start(waker: HTTPBodyWaker) { self.waker = waker }

    func finish() { isFinishing = true }

    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        let start = buffer.writerIndex
        while buffer.writerIndex - start < limit {
            guard let batch = nextBatch() else { return .pending }
            buffer.writeBytes(batch.bytes)
            switch batch.progress {
            case .more: continue
            case .pending where isFinishing: return .end
            case .pending:
                scheduleLook()
                return .pending
            case .end, .failed: return batch.progress
            }
        }
        return .more
    }

    /// nil: a query thread is at it, and will wake the transport.
    private func nextBatch() -> Batch? {
        if isReading {
            guard let batch = mailbox.withLock({ $0.take() }) else { return nil }
            isReading = false
            return batch
        }
        guard answer.readsDisk else { return readBatch() }
        readOnQueryThread()
        return nil
    }

    private func scheduleLook() {
        guard let waker else { return }
        eventLoop.scheduleTask(in: Self.followInterval) { waker.wake() }
    }

    private func readOnQueryThread() {
        guard let waker else { return }
        isReading = true
        queryThreads.submit { state in
            guard case .active = state, !self.isCancelled.load(ordering: .relaxed) else { return }
            var batch = self.readBatch()
            while batch.bytes.isEmpty, case .more = batch.progress, self.answer.readsDisk,
                !self.isCancelled.load(ordering: .relaxed)
            {
                batch = self.readBatch()
            }
            self.mailbox.withLock { $0 = batch }
            waker.wake()
        }
    }

    /// One step of the answer, encoded.
    private func readBatch() -> Batch {
        flows.removeAll(keepingCapacity: true)
        losses.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        do {
            let progress = try answer.step(into: &flows, losses: &losses, limit: Self.batchFlows)
            for loss in losses { encoder.append(loss, to: &bytes) }
            for flow in flows { encoder.append(flow, to: &bytes) }
            switch progress {
            case .more: return Batch(bytes: bytes, progress: .more)
            case .caughtUp: return Batch(bytes: bytes, progress: .pending)
            case .end: return Batch(bytes: bytes, progress: .end)
            }
        } catch {
            report("an answer ended early: \(error)")
            return Batch(bytes: [], progress: .failed)
        }
    }
}
