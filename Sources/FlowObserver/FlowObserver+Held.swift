internal import FlowModel
internal import FlowRing

extension FlowObserver {
    /// From the oldest to the newest flow that store and ring have now, as far as is known without a look at the disk; nil:
    /// there is none. Nanoseconds since 1970-01-01 UTC.
    package func heldTimes() -> ClosedRange<UInt64>? {
        let edge = ring.published
        let ringTimes = [time(at: ring.oldest), time(at: max(1, edge) - 1)].compactMap(\.self)
        let stored = history?.heldTimes()
        let bounds = ringTimes + [stored?.lowerBound, stored?.upperBound].compactMap(\.self)
        guard let oldest = bounds.min(), let newest = bounds.max() else { return nil }
        return oldest...newest
    }

    /// Of the flow that the ring has there.
    func time(at sequence: UInt64) -> UInt64? {
        guard sequence >= ring.start else { return nil }
        var reader = BroadcastReader(ring, at: sequence, batchCapacity: 1)
        var time: UInt64?
        _ = reader.read(upTo: sequence + 1) { flows in time = flows[0].timeNanoseconds }
        return time
    }
}
