package import FlowCatalog
package import FlowFilter
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

    /// Flows that followers missed because they were overtaken, over all followers. The flows themselves are not lost.
    package var lostByFollowers: UInt64 { followersLost.load(ordering: .relaxed) }

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
