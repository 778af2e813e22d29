import CAllocationCounter
import DatapathABI
import FlowCatalog
import FlowFilter
import FlowMetrics
import FlowModel
import FlowRing
import FlowWire
import SyntheticTraffic
import Testing

/// The data plane allocates nothing per flow, once it has seen the shapes and names that there are.
@Suite struct AllocationTests {
    private static let cluster = SyntheticCluster(pods: 100)
    private static let directory = SyntheticDirectory(cluster)
    private static let flows = directory.flows(cluster, count: 4_096)

    /// Allocations of this thread in the second of two runs.
    private func allocations(_ body: () -> Void) -> UInt {
        body()
        let before = allocation_counter_thread()
        body()
        return allocation_counter_thread() - before
    }

    @Test("The counter sees what is allocated")
    func canary() {
        var arrays: [[Int]] = []
        arrays.reserveCapacity(100)
        let count = allocations {
            arrays.removeAll(keepingCapacity: true)
            for number in 0..<100 { arrays.append([number]) }
        }
        #expect(count >= 100)
    }

    @Test("An event on its way through the event ring, enrichment, the tally and the flow ring allocates nothing")
    func pipeline() {
        var traffic = SyntheticTraffic(Self.cluster)
        let events = traffic.events(4_096)
        let (eventRing, flowRing) = (EventRing<apus_event>(capacity: 8_192), BroadcastRing<Flow>(capacity: 8_192))
        var (producer, consumer) = (EventRingWriter(eventRing), EventRingReader(eventRing))
        var enricher = Self.directory.enricher()
        var writer = BroadcastWriter(flowRing)
        var tally = FlowTally()
        var batch: [Flow] = []
        batch.reserveCapacity(256)
        let count = allocations {
            for index in events.indices { producer.append(events[index]) }
            producer.publish()
            var taken = 0
            repeat {
                batch.removeAll(keepingCapacity: true)
                enricher.beginBatch()
                taken = consumer.consume(limit: 256) { enricher.enrich($0, into: &batch) }
                tally.add(batch.span)
                writer.append(batch.span)
            } while taken > 0
        }
        #expect(count < UInt(events.count) / 1_000)
    }

    @Test("A follower's reading, filtering and encoding allocates nothing")
    func follower() throws {
        let ring = BroadcastRing<Flow>(capacity: 8_192, start: 1)
        var writer = BroadcastWriter(ring)
        writer.append(Self.flows.span)
        var reader = BroadcastReader(ring, at: 1)
        let request = try FlowRequest(queryItems: [("namespace", "team-1"), ("not", "true"), ("port", "53")], now: 0)
        var filter = CompiledFilter(request.filter, catalog: Self.directory.catalog)
        let context = FlowJSONContext(
            catalog: Self.directory.catalog, nodeName: "node", version: "0", storeID: Array(repeating: 1, count: 16))
        var encoder = FlowJSONEncoder(context)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 << 20)
        var matched = 0
        let count = allocations {
            reader.seek(to: 1)
            while true {
                bytes.removeAll(keepingCapacity: true)
                let step = reader.read { flows in
                    for index in flows.indices where filter.matches(flows[index]) {
                        encoder.append(flows[index], to: &bytes)
                        matched += 1
                    }
                }
                if step.count == 0 { break }
            }
        }
        #expect(matched > 100)
        #expect(count < UInt(Self.flows.count) / 1_000)
    }
}
