package import FlowHistory
package import FlowModel

/// Flows summed up, and how much of them there was to read.
package struct FlowSums: Sendable {
    /// In no order.
    package internal(set) var groups: [FlowAggregate] = []
    /// Flows that would have needed more groups than were allowed.
    package internal(set) var ungroupedFlows: UInt64 = 0
    package internal(set) var coverage = FlowCoverage()
}

/// What an answer could be taken from.
package struct FlowCoverage: Sendable {
    /// From the oldest to the newest flow that ring and store hold, wanted or not; nil: there are none. Nanoseconds since
    /// 1970-01-01 UTC.
    package internal(set) var held: ClosedRange<UInt64>?
    /// The known gaps that touch the times asked for. Those of the last second may not be in the store yet.
    package internal(set) var losses: [LostEvent] = []
    /// Blocks that could not be read, and flows in them, wanted or not.
    package internal(set) var damagedBlocks = 0
    package internal(set) var damagedFlows = 0
    /// The budget was spent, newest flows first: flows up to this time are not all counted.
    package internal(set) var unreadUntil: UInt64?

    mutating func holds(_ times: ClosedRange<UInt64>) {
        let known = held ?? times
        held = min(known.lowerBound, times.lowerBound)...max(known.upperBound, times.upperBound)
    }
}
