internal import FlowCatalog
package import FlowFilter
package import FlowModel
internal import FlowRing
internal import SystemRuntime

/// The ring from some position on, filtered: what live answers that are shareable have in common.
///
/// Used by one thread at a time. Takes 8 KiB for a batch, beside the filter.
package struct FlowTail: ~Copyable {
    /// Flows that a step reads at most: about 64 KiB of JSON.
    package static let batchFlows = 64

    private let observer: FlowObserver
    private var filter: CompiledFilter
    private var ring: BroadcastReader<Flow>
    /// Kept between steps, for its storage.
    private var positions: [Int] = []

    package init(_ observer: FlowObserver, _ filter: FilterSpec, at position: UInt64) {
        self.observer = observer
        self.filter = CompiledFilter(filter, catalog: observer.catalog)
        ring = BroadcastReader(observer.ring, at: position, batchCapacity: Self.batchFlows)
    }

    /// Sequence of the next flow to look at.
    package var position: UInt64 { ring.position }

    package mutating func seek(to position: UInt64) { ring.seek(to: position) }

    /// Appends the wanted flows of the next batch.
    ///
    /// - Parameter boundary: sequence at which to stop.
    /// - Returns: flows looked at, and flows missed before them, which are counted for nobody yet. (0, 0) at the end.
    package mutating func read(
        before boundary: UInt64, into flows: inout [Flow]
    ) -> (count: Int, lost: UInt64) {
        ring.read(upTo: boundary) { span in
            positions.removeAll(keepingCapacity: true)
            filter.select(span, into: &positions)
            for position in positions { flows.append(span[position]) }
        }
    }
}

extension LostEvent {
    /// A follower that was overtaken just now.
    package static func overtaken(_ count: UInt64) -> LostEvent {
        let now = SystemClock.realtimeNanoseconds()
        return LostEvent(place: .flowRing, count: count, firstNanoseconds: now, lastNanoseconds: now)
    }
}
