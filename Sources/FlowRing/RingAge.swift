/// Up to where the ring's flows are old enough that no late name comes for them any more.
///
/// Flows below a position that was published some time ago are at least that old: positions are noted as they are seen,
/// so that no flow need be read. When much of the ring waits, flows are taken earlier: names are not worth losing flows.
package struct RingAge: Sendable {
    private struct Mark {
        let position: UInt64
        let seenAt: UInt64
    }

    /// So old is old enough, in nanoseconds; 0: at once.
    private let wanted: UInt64
    private let capacity: UInt64
    /// Oldest first; one each `markInterval` at most, so there are few.
    private var marks: [Mark] = []
    private static let markInterval: UInt64 = 10_000_000

    package init(settled wanted: UInt64, capacity: Int) {
        self.wanted = wanted
        self.capacity = UInt64(capacity)
    }

    /// The position below which flows may be taken.
    ///
    /// - Parameters:
    ///   - published: the ring's end.
    ///   - position: the first flow that has not been taken.
    package mutating func settled(published: UInt64, from position: UInt64, now: UInt64) -> UInt64 {
        if marks.last.map({ now >= $0.seenAt + Self.markInterval }) ?? true {
            marks.append(Mark(position: published, seenAt: now))
        }
        let young = marks.firstIndex { now < $0.seenAt + wanted } ?? marks.count
        let aged = young > 0 ? marks[young - 1].position : position
        marks.removeFirst(max(young - 1, 0))
        let waiting = published - min(position, published)
        if wanted == 0 || waiting > capacity / 2 { return published }
        return max(aged, waiting > capacity / 4 ? published - capacity / 4 : position)
    }
}
