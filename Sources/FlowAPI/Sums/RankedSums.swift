internal import FlowHistory
internal import FlowObserver
internal import FlowWire

/// Groups that are shown alike as one, those with the most flows first.
struct RankedSums<Key: Hashable> {
    private(set) var entries: [(key: Key, sums: FlowAggregate)]
    /// Entries beyond the limit, and their flows.
    private var leftOut = 0
    private var flowsLeftOut: UInt64 = 0

    init(_ groups: [FlowAggregate], limit: Int, _ key: (FlowAggregate) -> Key) {
        var merged: [Key: FlowAggregate] = [:]
        for group in groups {
            let key = key(group)
            if merged[key]?.add(group) == nil { merged[key] = group }
        }
        entries = merged.map { (key: $0.key, sums: $0.value) }
        entries.sort { left, right in
            (left.sums.flows, left.sums.lastTime, left.sums.firstTime)
                > (right.sums.flows, right.sums.lastTime, right.sums.firstTime)
        }
        guard entries.count > limit else { return }
        leftOut = entries.count - limit
        flowsLeftOut = entries[limit...].reduce(0) { $0 + $1.sums.flows }
        entries.removeSubrange(limit...)
    }

    func truncation(_ sums: FlowSums) -> TruncationReport? {
        TruncationReport(
            entries: leftOut, flows: flowsLeftOut, ungroupedFlows: sums.ungroupedFlows,
            unreadUntil: sums.coverage.unreadUntil)
    }
}

extension SumsReport {
    init(_ sums: FlowAggregate) {
        self.init(
            flows: sums.flows, bytes: sums.bytes, packets: sums.packets, firstTime: sums.firstTime,
            lastTime: sums.lastTime)
    }
}
