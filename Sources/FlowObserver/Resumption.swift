internal import FlowCatalog
internal import FlowFilter
internal import FlowHistory
internal import FlowModel
internal import FlowRing
internal import SystemRuntime

/// What a client that comes back, with the sequence of the last flow that it has, missed in the meantime and cannot get.
///
/// ```
///   told from  store ├── all places ──┤├── history ──────────────┤ durable
///              ledger                  ├── the other places ─────────────┤ now
///              client had ──►│after    │ this server began
/// ```
struct Resumption {
    private let after: UInt64
    private let observer: FlowObserver
    private let budget: ReadingBudget

    init(after: UInt64, _ observer: FlowObserver, _ budget: ReadingBudget) {
        self.after = after
        self.observer = observer
        self.budget = budget
    }

    /// Of flows that retention has removed from the store there is one, too, of the difference in sequences; its count is
    /// 0, unknown, where a server was killed in between.
    ///
    /// - Parameter cursor: set to the ledger's end.
    func losses(_ cursor: inout Int) throws(HistoryError) -> [LostEvent] {
        cursor = 0
        let recent = observer.losses.entries(from: &cursor).filter { $0.place != .history }
        if let time = observer.time(at: after) { return recent.filter { $0.lastNanoseconds > time } }
        guard let history = observer.history else { return expired(upTo: observer.ring.oldest) + recent }
        return try stored(history, recent)
    }

    private func stored(_ history: FlowObserver.History, _ recent: [LostEvent]) throws(HistoryError) -> [LostEvent] {
        let store = try StoreReading(
            history, order: .descending, sequences: 0...after, times: nil, FilterSpec(), observer, budget)
        var damage: [LostEvent] = []
        let time = try store.next(&damage)?.first?.timeNanoseconds ?? 0
        let stored = try store.losses(times: time...(.max)).filter { loss in
            loss.lastNanoseconds > time
                && (loss.place == .history || loss.lastNanoseconds < observer.startNanoseconds)
        }
        let removed = try expired(upTo: store.firstSequence() ?? 0)
        return removed + stored + recent.filter { $0.lastNanoseconds > time }
    }

    private func expired(upTo first: UInt64) -> [LostEvent] {
        guard first > after + 1 else { return [] }
        let now = SystemClock.realtimeNanoseconds()
        let count = first - after - 1
        let isJump = count >= 1 << 39
        return [
            LostEvent(place: .history, count: isJump ? 0 : count, firstNanoseconds: now, lastNanoseconds: now)
        ]
    }
}
