import Synchronization

/// The history writer's counters, written by its thread and read by any.
package final class HistoryStatus: Sendable {
    private let stored = Atomic<UInt64>(0)
    private let lost = Atomic<UInt64>(0)
    private let through = Atomic<UInt64>(0)
    private let waiting = Atomic<Int>(0)
    private let blockCount = Atomic<UInt64>(0)
    private let fileBytes = Atomic<UInt64>(0)
    private let expired = Atomic<UInt64>(0)
    private let expiredBlockCount = Atomic<UInt64>(0)
    private let failures = Atomic<UInt64>(0)
    private let checkpointCount = Atomic<UInt64>(0)
    private let error = Mutex<String?>(nil)
    private let held = Mutex<ClosedRange<UInt64>?>(nil)

    init(storedThrough: UInt64) {
        through.store(storedThrough, ordering: .releasing)
    }

    /// What the store has when it is opened.
    func holds(blocks: UInt64) { blockCount.store(blocks, ordering: .relaxed) }

    /// Flows made durable since the start.
    package var storedFlows: UInt64 { stored.load(ordering: .relaxed) }
    /// Flows that found the backlog full since the start.
    package var lostFlows: UInt64 { lost.load(ordering: .relaxed) }
    /// Highest durable sequence; every flow up to it that was not lost is there for a reader that starts now. 0: none.
    package var storedThrough: UInt64 { through.load(ordering: .acquiring) }
    /// Flows appended and not yet durable.
    package var waitingFlows: Int { waiting.load(ordering: .relaxed) }
    /// Full blocks in the store.
    package var blocks: UInt64 { blockCount.load(ordering: .relaxed) }
    /// Size of the store's files, the write-ahead log of the live partition apart.
    package var bytes: UInt64 { fileBytes.load(ordering: .relaxed) }
    /// Flows and blocks deleted by retention since the start.
    package var expiredFlows: UInt64 { expired.load(ordering: .relaxed) }
    package var expiredBlocks: UInt64 { expiredBlockCount.load(ordering: .relaxed) }
    /// Commits, checkpoints and retention runs that failed since the start.
    package var failedWrites: UInt64 { failures.load(ordering: .relaxed) }
    package var checkpoints: UInt64 { checkpointCount.load(ordering: .relaxed) }
    /// What went wrong last; nil again after the next commit that succeeds.
    package var lastError: String? { error.withLock { $0 } }

    /// From the oldest to the newest durable flow; nil: there is none. Nanoseconds since 1970-01-01 UTC.
    package var heldTimes: ClosedRange<UInt64>? { held.withLock { $0 } }

    func holds(times: ClosedRange<UInt64>?) { held.withLock { $0 = times } }

    /// Beside those that are known.
    func alsoHolds(times: ClosedRange<UInt64>) {
        held.withLock { held in
            let known = held ?? times
            held = min(known.lowerBound, times.lowerBound)...max(known.upperBound, times.upperBound)
        }
    }

    func committed(flows: Int, through sequence: UInt64?, blocks: Int) {
        if let sequence { through.store(sequence, ordering: .releasing) }
        stored.add(UInt64(flows), ordering: .relaxed)
        blockCount.add(UInt64(blocks), ordering: .relaxed)
        waiting.store(0, ordering: .relaxed)
        error.withLock { $0 = nil }
    }

    /// Blocks that a partition's last flows made.
    func ended(blocks: UInt64) { blockCount.add(blocks, ordering: .relaxed) }
    func waits(_ flows: Int) { waiting.store(flows, ordering: .relaxed) }
    func lost(_ flows: Int) { lost.add(UInt64(flows), ordering: .relaxed) }
    func measured(bytes: UInt64) { fileBytes.store(bytes, ordering: .relaxed) }
    func checkpointed() { checkpointCount.add(1, ordering: .relaxed) }

    func expired(flows: UInt64, blocks: UInt64) {
        blockCount.subtract(blocks, ordering: .relaxed)
        expiredBlockCount.add(blocks, ordering: .relaxed)
        expired.add(flows, ordering: .relaxed)
    }

    func failed(_ failure: HistoryError) {
        failures.add(1, ordering: .relaxed)
        error.withLock { $0 = failure.description }
    }
}
