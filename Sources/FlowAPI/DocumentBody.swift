internal import FlowHistory
internal import FlowMetrics
internal import HTTPTransport
internal import NIOCore
internal import NIOPosix
internal import Synchronization
internal import SystemRuntime

/// A document that a query thread makes whole before the first byte is sent. When the client goes, the making stops.
final class DocumentBody: HTTPResponseBody, Sendable {
    private enum State {
        case beingMade
        case made([UInt8], sent: Int)
        case failed
    }

    private let state = Mutex(State.beingMade)
    private let budget: ReadingBudget
    private let queryThreads: NIOThreadPool
    private let report: @Sendable (String) -> Void
    private let make: @Sendable (ReadingBudget) throws -> [UInt8]
    private let durations: Histogram?
    private let start = SystemClock.monotonicNanoseconds()

    /// - Parameter durations: where it is noted how long the answer took.
    init(
        _ budget: ReadingBudget, _ queryThreads: NIOThreadPool, _ durations: Histogram? = nil,
        report: @escaping @Sendable (String) -> Void,
        make: @escaping @Sendable (ReadingBudget) throws -> [UInt8]
    ) {
        self.budget = budget
        self.queryThreads = queryThreads
        self.report = report
        self.durations = durations
        self.make = make
    }

    func start(waker: HTTPBodyWaker) {
        queryThreads.submit { state in
            guard case .active = state, !self.budget.isCancelled else { return }
            let outcome = self.outcome()
            self.state.withLock { $0 = outcome }
            waker.wake()
        }
    }

    private func outcome() -> State {
        defer { durations?.observe(SystemClock.monotonicNanoseconds() - start) }
        do {
            return .made(try make(budget), sent: 0)
        } catch {
            report("an answer could not be made: \(error)")
            return .failed
        }
    }

    func read(into buffer: inout ByteBuffer, limit: Int) -> HTTPBodyProgress {
        switch state.withLock({ $0 }) {
        case .beingMade: return .pending
        case .failed: return .failed
        case .made(let bytes, let sent):
            let end = min(bytes.count, sent + limit)
            buffer.writeBytes(bytes[sent..<end])
            state.withLock { $0 = .made(bytes, sent: end) }
            return end == bytes.count ? .end : .more
        }
    }

    /// It has an end of its own.
    func finish() {}

    func cancel() { budget.cancel() }
}
