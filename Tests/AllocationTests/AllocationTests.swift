import CAllocationCounter
import DatapathABI
import FlowCatalog
import FlowEnrichment
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

    @Test("An event on its way through the event ring, enrichment, metrics and the flow ring allocates nothing")
    func pipeline() {
        var traffic = SyntheticTraffic(Self.cluster)
        let events = traffic.events(4_096)
        let (eventRing, flowRing) = (EventRing<apus_event>(capacity: 8_192), BroadcastRing<Flow>(capacity: 8_192))
        var producer = EventRingWriter(eventRing)
        var consumer = EventRingReader(eventRing)
        var enricher = Self.directory.enricher()
        var writer = BroadcastWriter(flowRing)
        var registry = MetricRegistry(.recommended, catalog: Self.directory.catalog)
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
                registry.add(batch.span)
                writer.append(batch.span)
            } while taken > 0
            registry.flush()
        }
        #expect(count < UInt(events.count) / 1_000)
    }

    @Test("A follower's reading allocates nothing")
    func follower() {
        let ring = BroadcastRing<Flow>(capacity: 8_192, start: 1)
        var writer = BroadcastWriter(ring)
        let flows = Self.flows
        writer.append(flows.span)
        var reader = BroadcastReader(ring, at: 1)
        var dropped = 0
        let count = allocations {
            reader.seek(to: 1)
            var taken = 0
            repeat {
                taken =
                    reader.read { span in
                        for index in span.indices where span[index].verdict == .dropped { dropped += 1 }
                    }.count
            } while taken > 0
        }
        #expect(dropped > 20)
        #expect(count < UInt(flows.count) / 1_000)
    }

    @Test(
        "Encoding a flow allocates nothing, with all fields and with some",
        arguments: [[], ["time", "verdict", "IP", "l4", "source.pod_name", "destination.labels", "Summary"]])
    func encoder(paths: [String]) throws {
        let context = FlowJSONContext(
            catalog: Self.directory.catalog, nodeName: "node", version: "0", storeID: Array(repeating: 1, count: 16))
        var encoder = FlowJSONEncoder(context, mask: try FlowFieldMask(paths: paths))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 << 23)
        let flows = Self.flows
        let count = allocations {
            bytes.removeAll(keepingCapacity: true)
            for index in flows.indices { encoder.append(flows[index], to: &bytes) }
        }
        #expect(count < UInt(flows.count) / 1_000)
    }
}
