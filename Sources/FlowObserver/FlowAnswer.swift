internal import FlowCatalog
internal import FlowFilter
package import FlowHistory
package import FlowModel
internal import FlowRing
internal import SystemRuntime

/// One answer, taken in steps.
///
/// Flows have one sequence, in which the ring's position is the same number as the store's. The answer keeps the next
/// sequence it wants, and takes each stretch from the ring if it is still there, else from the store:
///
/// ```
///   store   ├──────────────────────────────┤ storedThrough
///   ring                     oldest ├───────────────────┤ published
///   next    ───── from the store ──►├── from the ring ─►
/// ```
///
/// Used by one thread at a time. Steps for which `readsDisk` is true may block and belong on a thread of their own.
package final class FlowAnswer {
    package enum Progress: Sendable {
        /// There may be more at once.
        case more
        /// All that exists was given; more may come, as the request follows.
        case caughtUp
        case end
    }

    private let observer: FlowObserver
    private let request: FlowRequest
    private var filter: CompiledFilter
    /// Kept between stretches, for its storage.
    private var positions: [Int] = []
    private var ring: BroadcastReader<Flow>
    private var store: StoreReading?
    /// Next sequence wanted.
    private var next: UInt64
    /// Sequence at which the answer ends; nil if it follows.
    private let end: UInt64?
    private var remaining: Int
    /// `last`: still to be selected.
    private var mustSelect: Bool
    /// Flows of a stretch that did not fit into the step, oldest first.
    private var waiting: ArraySlice<Flow> = []
    /// Has caught up once: from now on, being overtaken is a loss.
    private var isLive = false
    private var lossCursor: Int
    private var hasToldStoredLosses = false

    init(_ request: FlowRequest, _ observer: FlowObserver) {
        self.observer = observer
        self.request = request
        filter = CompiledFilter(request.filter, catalog: observer.catalog)
        let edge = observer.ring.published
        ring = BroadcastReader(observer.ring, at: edge)
        end = request.follow ? nil : edge
        remaining = request.first ?? .max
        mustSelect = request.last != nil
        let wantsPast = request.since != nil || request.until != nil || request.first != nil || !request.follow
        next = mustSelect || !wantsPast ? edge : observer.history == nil ? observer.ring.oldest : 0
        isLive = next == edge && !mustSelect
        lossCursor = observer.losses.count
    }

    /// Whether the next step may block on the disk.
    package var readsDisk: Bool { waiting.isEmpty && (mustSelect || (!isLive && next < observer.ring.oldest)) }

    /// Appends the next flows, oldest first, and what is known to be missing.
    ///
    /// - Parameter limit: most flows to append.
    package func step(
        into flows: inout [Flow], losses: inout [LostEvent], limit: Int
    ) throws(HistoryError) -> Progress {
        if mustSelect { try selectLast() }
        if !waiting.isEmpty { return takeWaiting(into: &flows, limit: limit) }
        if request.follow { losses += observer.losses.entries(from: &lossCursor) }
        guard remaining > 0, next < end ?? .max else { return .end }
        if isLive || next >= observer.ring.oldest { return readRing(into: &flows, losses: &losses) }
        try readStore(losses: &losses)
        return waiting.isEmpty ? .more : takeWaiting(into: &flows, limit: limit)
    }

    private func takeWaiting(into flows: inout [Flow], limit: Int) -> Progress {
        let count = min(limit, waiting.count, remaining)
        flows += waiting.prefix(count)
        waiting = remaining == count ? [] : waiting.dropFirst(count)
        remaining -= count
        return remaining == 0 ? .end : .more
    }

    /// Positions of the wanted flows among those given, ascending; good until asked again.
    private func wanted(_ flows: Span<Flow>) -> [Int] {
        positions.removeAll(keepingCapacity: true)
        filter.select(flows, into: &positions)
        guard let times else { return positions }
        positions.removeAll { !times.contains(flows[$0].timeNanoseconds) }
        return positions
    }

    // MARK: Ring

    private func readRing(into flows: inout [Flow], losses: inout [LostEvent]) -> Progress {
        ring.seek(to: next)
        let step = ring.read(upTo: end ?? .max) { span in
            for position in wanted(span).prefix(remaining) {
                flows.append(span[position])
                remaining -= 1
            }
        }
        if step.lost > 0 {
            // Overtaken on the way to the present: what the ring no longer has, the store will.
            if !isLive && observer.history != nil && step.count == 0 { return .more }
            observer.countLostByFollower(step.lost)
            let now = SystemClock.realtimeNanoseconds()
            losses.append(
                LostEvent(place: .flowRing, count: step.lost, firstNanoseconds: now, lastNanoseconds: now))
        }
        next = ring.position
        guard step.count == 0 && step.lost == 0 else { return remaining == 0 ? .end : .more }
        if let until = request.until, SystemClock.realtimeNanoseconds() > until &+ Self.reordering { return .end }
        isLive = true
        return .caughtUp
    }

    /// Events of different processors may be out of order by no more than this; nanoseconds.
    private static let reordering: UInt64 = 1_000_000_000

    // MARK: Store

    private var times: ClosedRange<UInt64>? {
        guard request.since != nil || request.until != nil else { return nil }
        let since = request.since ?? 0
        return since...max(since, request.until ?? .max)
    }

    private func readStore(losses: inout [LostEvent]) throws(HistoryError) {
        guard let history = observer.history else {
            next = observer.ring.oldest
            return
        }
        if store == nil {
            guard let through = storedThrough(history, reaching: next) else {
                reportGap(to: observer.ring.oldest, &losses)
                return
            }
            let last = min(through, (end ?? .max) - 1)
            store = try StoreReading(
                history, order: .ascending, sequences: next...last, times: times, request.filter, observer.catalog)
        }
        if !hasToldStoredLosses {
            losses += try store!.losses(times: times)
            hasToldStoredLosses = true
        }
        if let block = try store?.next() {
            waiting = wanted(block.span).map { block[$0] }[...]
            return
        }
        next = store!.sequences.upperBound + 1
        store = nil
    }

    /// Highest durable sequence, at least `wanted`. The writer's current batch is waited for; nil if that does not help.
    private func storedThrough(_ history: FlowObserver.History, reaching wanted: UInt64) -> UInt64? {
        for _ in 0..<100 {
            let through = history.storedThrough()
            if through >= wanted && through > 0 { return through }
            if observer.ring.oldest <= wanted { return nil }
            NamedThread.sleep(nanoseconds: 20_000_000)
        }
        return nil
    }

    private func reportGap(to present: UInt64, _ losses: inout [LostEvent]) {
        guard present > next else { return }
        if next > 0 {
            let now = SystemClock.realtimeNanoseconds()
            losses.append(
                LostEvent(place: .history, count: present - next, firstNanoseconds: now, lastNanoseconds: now))
        }
        next = present
    }

    // MARK: Last

    /// Selects the newest `last` flows, walking backwards through the ring and then the store.
    private func selectLast() throws(HistoryError) {
        mustSelect = false
        var newestFirst: [Flow] = []
        let wanted = request.last ?? 0
        var below = selectInRing(wanted, into: &newestFirst)
        if newestFirst.count < wanted, below > 1, let history = observer.history {
            below = min(below, (storedThrough(history, reaching: below - 1) ?? history.storedThrough()) + 1)
            let store = try StoreReading(
                history, order: .descending, sequences: 0...below - 1, times: times, request.filter, observer.catalog)
            while newestFirst.count < wanted, let block = try store.next() {
                newestFirst += self.wanted(block.span).prefix(wanted - newestFirst.count).map { block[$0] }
            }
        }
        waiting = newestFirst.reversed()[...]
        isLive = true
    }

    /// - Returns: the oldest sequence that was looked at.
    private func selectInRing(_ wanted: Int, into newestFirst: inout [Flow]) -> UInt64 {
        var below = next
        while newestFirst.count < wanted {
            let oldest = observer.ring.oldest
            guard below > oldest else { break }
            let start = max(oldest, below - min(below, 256))
            var matches: [Flow] = []
            ring.seek(to: start)
            let step = ring.read(upTo: below) { span in
                for position in self.wanted(span) { matches.append(span[position]) }
            }
            // Overtaken while reading: the store has the rest.
            if step.lost > 0 { break }
            newestFirst += matches.reversed().prefix(wanted - newestFirst.count)
            below = start
        }
        return below
    }
}
