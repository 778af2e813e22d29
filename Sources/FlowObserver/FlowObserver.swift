package import FlowCatalog
package import FlowFilter
import FlowHistory
package import FlowModel
package import FlowRing
import Synchronization
import SystemRuntime

/// Answers questions for flows out of history and ring, as one sequence without a gap or a double at the seam.
///
/// Any thread may ask; each answer then belongs to one thread at a time.
package final class FlowObserver: Sendable {
    /// A store to answer from.
    package struct History: Sendable {
        package let directory: String
        /// Highest durable sequence; 0: none.
        package let storedThrough: @Sendable () -> UInt64
        /// From the oldest to the newest durable flow; nil: there is none. Nanoseconds since 1970-01-01 UTC.
        package let heldTimes: @Sendable () -> ClosedRange<UInt64>?
        /// Filled with the store's names as they are read; nil where this process' writer has done that.
        package let readersCatalog: FlowCatalog?

        package init(
            directory: String, readersCatalog: FlowCatalog? = nil,
            heldTimes: @escaping @Sendable () -> ClosedRange<UInt64>? = { nil },
            storedThrough: @escaping @Sendable () -> UInt64
        ) {
            self.heldTimes = heldTimes
            self.directory = directory
            self.readersCatalog = readersCatalog
            self.storedThrough = storedThrough
        }
    }

    package let catalog: FlowCatalog
    package let ring: BroadcastRing<Flow>
    package let losses: LossLedger
    let history: History?
    /// Highest sequence that was in the store when this server began. None ever lay between it and the ring's start.
    private let storedBefore: UInt64
    /// When this server began; nanoseconds since 1970-01-01 UTC.
    let startNanoseconds = SystemClock.realtimeNanoseconds()
    private let followersLost = Atomic<UInt64>(0)
    private let damagedFlows = Atomic<UInt64>(0)
    private let damage = Mutex((met: StoreDamage(), told: 0))

    /// Flows that followers missed because they were overtaken, over all followers. The flows themselves are not lost.
    package var lostByFollowers: UInt64 { followersLost.load(ordering: .relaxed) }

    /// Flows that answers asked for and that the store has no more, over all answers.
    package var damagedInAnswers: UInt64 { damagedFlows.load(ordering: .relaxed) }

    func countDamaged(_ count: UInt64) { damagedFlows.add(count, ordering: .relaxed) }

    func note(_ met: StoreDamage) {
        if !met.isEmpty { damage.withLock { $0.met.formUnion(met) } }
    }

    /// A line for each damaged file and row of the store that answers met since this was last asked.
    package func takeDamage() -> [String] {
        damage.withLock { damage in
            let lines = damage.met.descriptions
            defer { damage.told = lines.count }
            return Array(lines.dropFirst(damage.told))
        }
    }

    func countLostByFollower(_ count: UInt64) { followersLost.add(count, ordering: .relaxed) }

    /// - Parameter history: of which the flows before the ring's start are stored, and none of those from there on.
    package init(
        catalog: FlowCatalog, ring: BroadcastRing<Flow>, losses: LossLedger, history: History?
    ) {
        self.catalog = catalog
        self.ring = ring
        self.losses = losses
        self.history = history
        let before = max(1, ring.start) - 1
        storedBefore = min(before, history?.storedThrough() ?? before)
    }

    /// The next sequence that a flow may have.
    func next(from sequence: UInt64) -> UInt64 {
        sequence > storedBefore ? max(sequence, ring.start) : sequence
    }

    /// The last sequence before `sequence` that a flow may have.
    func last(before sequence: UInt64) -> UInt64 {
        sequence <= ring.start ? min(storedBefore, max(1, sequence) - 1) : sequence - 1
    }

    /// Sequence of the next flow to come: no client can have it yet.
    package var edge: UInt64 { ring.published }

    package func answer(to request: FlowRequest) -> FlowAnswer { FlowAnswer(request, self) }
}
