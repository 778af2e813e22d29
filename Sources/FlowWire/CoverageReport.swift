package import FlowModel

/// What an answer that sums up flows could be taken from. Times are RFC 3339, 64-bit numbers strings.
package struct CoverageReport: Codable, Sendable, Equatable {
    /// nil: from the beginning, up to the end.
    package var asked_since: String?
    package var asked_until: String?
    /// From the oldest to the newest flow that there is, wanted or not; nil: there is none.
    package var held_since: String?
    package var held_until: String?
    /// Flows known to be missing in the range asked for, and the same by place. A place whose number is 0 lost flows
    /// that nobody could count, as a server that was killed does.
    package var lost_flows: String
    package var lost: [String: String]
    package var damaged_blocks: Int
    package var damaged_flows: String
    /// Where to go on; nil: the answer is no stream.
    package var cursor: String?

    package init(
        asked: (since: UInt64?, until: UInt64?), held: ClosedRange<UInt64>?, losses: [LostEvent], damagedBlocks: Int,
        damagedFlows: Int
    ) {
        asked_since = asked.since.map { String(timestamp: $0) }
        asked_until = asked.until.map { String(timestamp: $0) }
        held_since = held.map { String(timestamp: $0.lowerBound) }
        held_until = held.map { String(timestamp: $0.upperBound) }
        lost_flows = String(losses.reduce(0) { $0 + $1.count })
        lost = Dictionary(grouping: losses) { $0.place.rawValue }.mapValues { losses in
            String(losses.reduce(0) { $0 + $1.count })
        }
        damaged_blocks = damagedBlocks
        damaged_flows = String(damagedFlows)
    }
}

/// What is left out of an answer that is not whole.
package struct TruncationReport: Codable, Sendable, Equatable {
    /// Entries beyond the number asked for, and their flows.
    package var entries: Int
    package var flows: String
    /// Flows that were not told apart, as there were too many groups: they are in no entry.
    package var ungrouped_flows: String
    /// The time for the answer ran out, newest flows first: of flows up to here not all are counted.
    package var unread_until: String?

    /// nil if nothing is left out.
    package init?(entries: Int, flows: UInt64, ungroupedFlows: UInt64, unreadUntil: UInt64?) {
        if entries == 0 && ungroupedFlows == 0 && unreadUntil == nil { return nil }
        self.entries = entries
        self.flows = String(flows)
        ungrouped_flows = String(ungroupedFlows)
        unread_until = unreadUntil.map { String(timestamp: $0) }
    }
}

extension String {
    /// `2026-03-14T09:26:53.589793238Z`; the fraction has 0, 3, 6 or 9 digits, as few as are exact.
    ///
    /// - Parameter timestamp: nanoseconds since 1970-01-01 UTC.
    package init(timestamp: UInt64) {
        let time = CivilTime(nanoseconds: timestamp)
        var fraction = CivilTime.padded(time.nanosecond, 9)
        while fraction.hasSuffix("000") { fraction.removeLast(3) }
        self = "\(time.dateAndTime)\(fraction.isEmpty ? "" : ".")\(fraction)Z"
    }
}
