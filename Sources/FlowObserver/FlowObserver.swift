package import FlowCatalog
package import FlowFilter
import FlowHistory
package import FlowModel
package import FlowRing
import Synchronization

/// Answers questions for flows out of history and ring, as one sequence without a gap or a double at the seam.
///
/// Any thread may ask; each answer then belongs to one thread at a time.
package final class FlowObserver: Sendable {
    /// A store to answer from.
    package struct History: Sendable {
        package let directory: String
        /// Highest durable sequence; 0: none.
        package let storedThrough: @Sendable () -> UInt64
        /// Filled with the store's names as they are read; nil where this process' writer has done that.
        package let readersCatalog: FlowCatalog?

        package init(
            directory: String, readersCatalog: FlowCatalog? = nil, storedThrough: @escaping @Sendable () -> UInt64
        ) {
            self.directory = directory
            self.readersCatalog = readersCatalog
            self.storedThrough = storedThrough
        }
    }

    package let catalog: FlowCatalog
    package let ring: BroadcastRing<Flow>
    package let losses: LossLedger
    let history: History?
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

    package init(
        catalog: FlowCatalog, ring: BroadcastRing<Flow>, losses: LossLedger, history: History?
    ) {
        self.catalog = catalog
        self.ring = ring
        self.losses = losses
        self.history = history
    }

    package func answer(to request: FlowRequest) -> FlowAnswer { FlowAnswer(request, self) }
}
