internal import FlowCatalog
internal import FlowFilter
package import FlowHistory
internal import FlowModel
internal import FlowRing
internal import SystemRuntime

extension FlowObserver {
    /// Sums up the flows that there are now, each once: those in the ring, and of the others those in the store, newest
    /// first. May block on the disk.
    ///
    /// - Parameter budget: ends the reading of the store; what is in the ring is read in any case, unless it is cancelled.
    package func sums(_ question: SumQuestion, _ budget: ReadingBudget) throws(HistoryError) -> FlowSums {
        var summation = FlowSummation(question, self, budget)
        return try summation.run()
    }
}

/// One reading of ring and store.
///
/// ```
///   store   ├──────────────────────────────┤ storedThrough
///   ring                     oldest ├────╳╳╳────────────┤ edge
///   read    ◄── then from the store ┤    └┬┘
///                               overtaken: also from the store
/// ```
private struct FlowSummation: ~Copyable {
    private let observer: FlowObserver
    private let question: SumQuestion
    private let budget: ReadingBudget
    private var table: GroupTable
    private var coverage = FlowCoverage()
    /// Sequences that the ring did not have, rising.
    private var missing: [ClosedRange<UInt64>] = []

    /// Flows that are judged at once: 128 KiB.
    private static let batchFlows = 1_024

    init(_ question: SumQuestion, _ observer: FlowObserver, _ budget: ReadingBudget) {
        self.observer = observer
        self.question = question
        self.budget = budget
        table = GroupTable(question.fields, limit: question.mostGroups)
    }

    mutating func run() throws(HistoryError) -> FlowSums {
        readRing()
        if let history = observer.history {
            try readStore(history)
        } else {
            tellLosses()
        }
        var sums = FlowSums()
        (sums.groups, sums.ungroupedFlows, sums.coverage) = (table.groups, table.ungroupedFlows, coverage)
        return sums
    }

    // MARK: Ring

    private mutating func readRing() {
        let edge = observer.ring.published
        let oldest = min(observer.ring.oldest, edge)
        if oldest > 0 { missing.append(0...oldest - 1) }
        var filter = CompiledFilter(question.filter, catalog: observer.catalog)
        var reader = BroadcastReader(observer.ring, at: oldest, batchCapacity: Self.batchFlows)
        var positions: [Int] = []
        while reader.position < edge && !budget.isCancelled {
            let start = reader.position
            let step = reader.read(upTo: edge) { flows in
                let first = flows[0].timeNanoseconds
                let last = flows[flows.count - 1].timeNanoseconds
                coverage.holds(min(first, last)...max(first, last))
                positions.removeAll(keepingCapacity: true)
                filter.select(flows, into: &positions)
                if let times = question.times {
                    positions.removeAll { !times.contains(flows[$0].timeNanoseconds) }
                }
                table.add(flows, at: positions)
            }
            if step.lost > 0 { missing.append(start...start + step.lost - 1) }
        }
    }

    private mutating func tellLosses() {
        var cursor = 0
        let times = question.times ?? 0...(.max)
        coverage.losses = observer.losses.entries(from: &cursor).filter {
            $0.firstNanoseconds <= times.upperBound && $0.lastNanoseconds >= times.lowerBound
        }
        // What lies before the ring was never promised.
        for gap in missing where gap.lowerBound > 0 { tell(gap, .flowRing) }
    }

    private mutating func tell(_ gap: ClosedRange<UInt64>, _ place: LossPlace) {
        let now = SystemClock.realtimeNanoseconds()
        coverage.losses.append(
            LostEvent(
                place: place, count: UInt64(gap.count), firstNanoseconds: now, lastNanoseconds: now))
    }

    // MARK: Store

    private mutating func readStore(_ history: FlowObserver.History) throws(HistoryError) {
        let through = storedThrough(history)
        // Opened now, and the filter translated after that: all names of the flows to be read are known.
        var reader = try HistoryReader(
            directory: history.directory, catalog: history.readersCatalog ?? observer.catalog,
            fillsCatalog: history.readersCatalog != nil)
        let columns = ColumnTranslation(observer.catalog, isFinal: true).columns(question.filter)
        coverage.losses = try reader.losses(times: question.times)
        if let times = try reader.heldTimes() { coverage.holds(times) }
        for gap in missing.reversed() {
            let firstAbsent = max(gap.lowerBound, through + 1, observer.ring.start)
            if firstAbsent <= gap.upperBound { tell(firstAbsent...gap.upperBound, .history) }
            guard gap.lowerBound <= through else { continue }
            var cursor = reader.cursor(
                order: .descending, sequences: gap.lowerBound...min(gap.upperBound, through), times: question.times,
                filter: columns, budget: budget)
            try reader.aggregate(&cursor, into: &table)
            coverage.damagedBlocks += cursor.damagedBlocks
            coverage.damagedFlows += cursor.damagedFlows
            observer.note(cursor.damage)
            observer.countDamaged(UInt64(cursor.damagedFlows))
            coverage.unreadUntil = max(coverage.unreadUntil ?? 0, cursor.unreadUntil ?? 0)
        }
        observer.note(reader.damage)
        if coverage.unreadUntil == 0 { coverage.unreadUntil = nil }
    }

    /// Highest durable sequence. The writer's current batch is waited for, if the ring has forgotten some of it.
    private func storedThrough(_ history: FlowObserver.History) -> UInt64 {
        guard let wanted = missing.last?.upperBound, wanted >= observer.ring.start else {
            return history.storedThrough()
        }
        for _ in 0..<100 {
            if history.storedThrough() >= wanted || budget.isSpent { break }
            NamedThread.sleep(nanoseconds: 20_000_000)
        }
        return history.storedThrough()
    }
}
