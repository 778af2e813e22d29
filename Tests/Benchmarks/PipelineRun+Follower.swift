import FlowCatalog
import FlowFilter
import FlowModel
import FlowObserver
import FlowRing
import FlowWire
import Synchronization
import SyntheticTraffic
import SystemRuntime

extension PipelineRun {
    /// `LiveFeed.chunkBytes`.
    private static let chunkBytes = 64 << 10
    /// `LiveFeeds.lookInterval`.
    private static let lookNanoseconds: UInt64 = 10_000_000
    private static let saturatedLookNanoseconds: UInt64 = 1_000_000

    /// What `LiveFeed` does for all followers of a kind together, here for those that want every flow whole: the ring is
    /// read and filtered by a `FlowTail`, and its flows are encoded into chunks, each of which is then thrown away. HTTP and
    /// the socket are not in it.
    func follow() {
        let observer = FlowObserver(catalog: directory.catalog, ring: flows, losses: LossLedger(), history: nil)
        var tail = FlowTail(observer, FilterSpec(), at: flows.start)
        var encoder = FlowJSONEncoder(EncodingBenchmarks.context(directory.catalog))
        var batch: [Flow] = []
        var chunk: [UInt8] = []
        var count = 0
        var meter: ThreadMeter?
        let nap = rate == nil ? Self.saturatedLookNanoseconds : Self.lookNanoseconds
        while count < total {
            let step = Self.encode(&tail, &encoder, &batch, into: &chunk)
            if step == 0 { NamedThread.sleep(nanoseconds: nap) }
            count += step
            followed.store(count, ordering: .releasing)
            if meter == nil && count >= warmUp { meter = ThreadMeter() }
        }
        add(meter)
    }

    /// - Returns: number of flows in the chunk; 0 at the ring's end.
    @inline(never)
    private static func encode(
        _ tail: inout FlowTail, _ encoder: inout FlowJSONEncoder, _ flows: inout [Flow], into chunk: inout [UInt8]
    ) -> Int {
        chunk.removeAll(keepingCapacity: true)
        var count = 0
        while chunk.count < chunkBytes {
            flows.removeAll(keepingCapacity: true)
            let step = tail.read(before: .max, into: &flows)
            precondition(step.lost == 0, "the follower keeps up")
            guard step.count > 0 else { break }
            precondition(flows.count == step.count, "nothing is filtered")
            encoder.append(flows, to: &chunk)
            count += step.count
        }
        return count
    }
}
