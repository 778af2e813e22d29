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
    /// Flows of the ring that a step reads at most: as JSON, what each follower holds that is not in step with others.
    private static let batchFlows = 16

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
    /// The client comes back and is yet to be told what it missed for good.
    private var resumesAfter: UInt64?
    private var hasToldStoredLosses = false
    private let budget = ReadingBudget()

    init(_ request: FlowRequest, _ observer: FlowObserver) {
        self.observer = observer
        self.request = request
        filter = CompiledFilter(request.filter, catalog: observer.catalog)
        let edge = observer.ring.published
        ring = BroadcastReader(observer.ring, at: edge, batchCapacity: Self.batchFlows)
        let wanted = request.filter.sequences
        end = request.follow && wanted == nil ? nil : min(edge, wanted.map { $0.upperBound &+ 1 } ?? .max)
        remaining = request.first ?? .max
        resumesAfter = request.after
        mustSelect = request.last != nil && request.after == nil
        let wantsPast = request.since != nil || request.until != nil || request.first != nil || !request.follow
        if mustSelect || !wantsPast {
            next = end ?? edge
        } else {
            next = max(observer.history == nil ? observer.ring.oldest : 0, wanted?.lowerBound ?? 0)
        }
        if let after = request.after {
            next = observer.next(from: min(max(after + 1, wanted?.lowerBound ?? 0), edge))
        }
        isLive = next == edge && !mustSelect
        lossCursor = observer.losses.count
    }

    /// Whether the next step may block on the disk.
    package var readsDisk: Bool {
        observer.history != nil && waiting.isEmpty
            && (mustSelect || resumesAfter != nil || (!isLive && next < observer.ring.oldest))
    }

    /// Nobody wants the rest: a step that is under way ends before its next block. The one method that any thread may call.
    package func cancel() { budget.cancel() }

    package var isCancelled: Bool { budget.isCancelled }

    /// Appends the next flows, oldest first, and what is known to be missing.
    ///
    /// - Parameters:
    ///   - limit: most flows to append.
    ///   - boundary: sequence at which this step stops, for an answer that goes on with others from there; it must have
    ///     been published.
    package func step(
        into flows: inout [Flow], losses: inout [LostEvent], limit: Int, before boundary: UInt64 = .max
    ) throws(HistoryError) -> Progress {
        if budget.isCancelled { return .end }
        if mustSelect { try selectLast(&losses) }
        if !waiting.isEmpty { return takeWaiting(into: &flows, limit: limit) }
        if let after = resumesAfter.take() {
            losses += try Resumption(after: after, observer, budget).losses(&lossCursor)
            hasToldStoredLosses = true
        }
        takeLosses(into: &losses)
        next = observer.next(from: next)
        guard remaining > 0, next < end ?? .max else { return .end }
        if isLive || next >= observer.ring.oldest {
            return readRing(before: min(end ?? .max, boundary), into: &flows, losses: &losses)
        }
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

    // MARK: Sharing

    /// Whether what is still to come depends on the filter and on `position` alone: all answers of which that is true
    /// give the same flows, so they may be read once (`FlowTail`) for all.
    package var isShareable: Bool {
        isLive && resumesAfter == nil && waiting.isEmpty && end == nil && request.first == nil && request.since == nil
            && request.until == nil
    }

    /// Only so many of the oldest flows are wanted.
    package var hasCount: Bool { request.first != nil }

    /// Next sequence wanted.
    package var position: UInt64 { next }

    /// Goes on from `position`: what lies before was given from elsewhere, except the flows that were lost.
    package func advance(to position: UInt64, lost: UInt64) {
        next = position
        if lost > 0 { observer.countLostByFollower(lost) }
    }

    /// Appends the losses on the way to the ring that were recorded since they were last told. An atomic load.
    package func takeLosses(into losses: inout [LostEvent]) {
        guard request.follow, observer.losses.count != lossCursor else { return }
        losses += observer.losses.entries(from: &lossCursor)
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

    private func readRing(
        before boundary: UInt64, into flows: inout [Flow], losses: inout [LostEvent]
    ) -> Progress {
        let (earlier, wantedEarlier) = (flows.count, remaining)
        ring.seek(to: next)
        let step = ring.read(upTo: boundary) { span in
            for position in wanted(span).prefix(remaining) {
                flows.append(span[position])
                remaining -= 1
            }
        }
        if step.lost > 0 {
            // Overtaken on the way to the present: what the ring no longer has, the store will.
            if !isLive && observer.history != nil {
                flows.removeSubrange(earlier...)
                remaining = wantedEarlier
                return .more
            }
            observer.countLostByFollower(step.lost)
            losses.append(.overtaken(step.lost))
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

    private var times: ClosedRange<UInt64>? { request.times }

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
                history, order: .ascending, sequences: next...last, times: times, request.filter, observer, budget)
        }
        if !hasToldStoredLosses {
            losses += try store!.losses(times: times)
            hasToldStoredLosses = true
        }
        if let block = try store?.next(&losses) {
            waiting = wanted(block.span).map { block[$0] }[...]
            return
        }
        if budget.isCancelled { return }
        next = store!.sequences.upperBound + 1
        store = nil
    }

    /// Highest durable sequence, at least `wanted`. The writer's current batch is waited for; nil if that does not help.
    private func storedThrough(_ history: FlowObserver.History, reaching wanted: UInt64) -> UInt64? {
        for _ in 0..<100 where !budget.isCancelled {
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

    /// Finds where the newest `last` flows begin. What the ring holds of them is then read forwards, at the client's
    /// pace; only flows that the store alone has are collected.
    private func selectLast(_ losses: inout [LostEvent]) throws(HistoryError) {
        mustSelect = false
        hasToldStoredLosses = true
        // Without a store, flows that the ring forgets from now on are lost to this answer.
        isLive = observer.history == nil
        let missing = seekBackwards(request.last ?? 0)
        let newest = observer.last(before: next)
        guard missing > 0, newest > 0, let history = observer.history else { return }
        let below = min(next, (storedThrough(history, reaching: newest) ?? history.storedThrough()) + 1)
        let store = try StoreReading(
            history, order: .descending,
            sequences: min(request.filter.sequences?.lowerBound ?? 0, below - 1)...below - 1, times: times,
            request.filter, observer, budget)
        guard missing <= Self.mostCollected else { return try seekBackwards(missing, in: store, &losses) }
        var newestFirst: [Flow] = []
        while newestFirst.count < missing, let block = try store.next(&losses) {
            newestFirst += self.wanted(block.span).prefix(missing - newestFirst.count).map { block[$0] }
        }
        waiting = newestFirst.reversed()[...]
    }

    /// Of the store, read backwards; 8 MiB. More of them are counted, and then read forwards like any others.
    private static let mostCollected = 65_536

    /// Moves `next` back to the wanted flow of the store that is the `count`th from its end, or to the first there is.
    private func seekBackwards(
        _ count: Int, in store: StoreReading, _ losses: inout [LostEvent]
    ) throws(HistoryError) {
        var missing = count
        while missing > 0, let newestFirst = try store.next(&losses) {
            let positions = wanted(newestFirst.span)
            guard let oldest = positions.prefix(missing).last else { continue }
            next = newestFirst[oldest].sequence
            missing -= min(positions.count, missing)
        }
    }

    /// Moves `next` back to the wanted flow that is the `count`th from the ring's end, or to the ring's oldest.
    ///
    /// - Returns: how many wanted flows the ring is short of.
    private func seekBackwards(_ count: Int) -> Int {
        var missing = count
        while missing > 0 {
            let oldest = observer.ring.oldest
            guard next > oldest else { break }
            let start = max(oldest, next - min(next, UInt64(Self.batchFlows)))
            var matches = 0
            var first = start
            ring.seek(to: start)
            let step = ring.read(upTo: next) { span in
                let positions = wanted(span)
                matches = positions.count
                if matches >= missing { first = start + UInt64(positions[matches - missing]) }
            }
            // Overtaken while reading: the store has the rest.
            if step.lost > 0 { break }
            next = first
            missing -= min(matches, missing)
        }
        return missing
    }
}
