import CAllocationCounter
import DatapathABI
import FlowCatalog
import FlowEnrichment
import FlowMetrics
import FlowModel
import FlowRing
import FlowWire
import SyntheticTraffic
import SystemRuntime
import Testing

/// Memory does not grow with traffic. Beside the tests of whole programs, as these run one after the other: what is measured
/// is this process.
@Suite(.serialized) struct GrowthTests {
    private static let cluster = SyntheticCluster(pods: 100)

    @Test("A flow takes 128 bytes of a ring, and the default ring 16 MiB")
    func bytesPerFlow() {
        #expect(MemoryLayout<Flow>.size <= 128 && MemoryLayout<Flow>.stride == 128)
        let before = resident()
        let ring = BroadcastRing<Flow>(capacity: 131_072)
        #expect(resident() - before < 1 << 20, "a ring takes no memory before flows come")
        var writer = BroadcastWriter(ring)
        let flows = SyntheticDirectory(Self.cluster).flows(Self.cluster, count: 4_096)
        let empty = resident()
        for _ in 0..<64 { writer.append(flows.span) }
        #expect((15 << 20...17 << 20).contains(resident() - empty), "and 16 MiB, twice round or once")
    }

    @Test("Ten million flows through rings, enrichment and metrics, some of them to JSON, leave no memory behind")
    func tenMillionFlows() {
        var passage = Passage(Self.cluster)
        passage.run(flows: 5_000_000)
        let (heap, pages) = (allocation_counter_bytes_in_use(), resident())
        passage.run(flows: 5_000_000)
        // A leak of a single byte a flow would be 5 MB.
        #expect(Int(allocation_counter_bytes_in_use()) - Int(heap) < 64 << 10)
        #expect(resident() - pages < 1 << 20)
    }

    private func resident() -> Int {
        let fields = (try? KernelFile.read("/proc/self/statm"))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4_096 : 0
    }
}

/// The stages in a row on one thread.
private struct Passage: ~Copyable {
    private let events: [apus_event]
    private let flowRing = BroadcastRing<Flow>(capacity: 131_072, start: 1)
    private var producer: EventRingWriter<apus_event>
    private var consumer: EventRingReader<apus_event>
    private var writer: BroadcastWriter<Flow>
    private var reader: BroadcastReader<Flow>
    private var enricher: FlowEnricher
    private var encoder: FlowJSONEncoder
    private var registry: MetricRegistry
    private var batch: [Flow] = []
    private var text: [UInt8] = []

    init(_ cluster: SyntheticCluster) {
        let directory = SyntheticDirectory(cluster)
        var traffic = SyntheticTraffic(cluster)
        events = traffic.events(8_192)
        let eventRing = EventRing<apus_event>(capacity: 8_192)
        producer = EventRingWriter(eventRing)
        consumer = EventRingReader(eventRing)
        writer = BroadcastWriter(flowRing)
        reader = BroadcastReader(flowRing, at: 1)
        enricher = directory.enricher()
        encoder = FlowJSONEncoder(
            FlowJSONContext(
                catalog: directory.catalog, nodeName: "node", version: "0", storeID: Array(repeating: 1, count: 16)))
        registry = MetricRegistry(.recommended, catalog: directory.catalog)
        batch.reserveCapacity(256)
    }

    mutating func run(flows count: Int) {
        var done = 0
        while done < count {
            for index in events.indices { producer.append(events[index]) }
            producer.publish()
            while enrichBatch() > 0 {}
            encodeSome()
            done += events.count
        }
    }

    private mutating func enrichBatch() -> Int {
        batch.removeAll(keepingCapacity: true)
        enricher.beginBatch()
        let taken = consumer.consume(limit: 256) { enricher.enrich($0, into: &batch) }
        let flows = batch
        registry.add(flows.span)
        writer.append(flows.span)
        return taken
    }

    /// The first batch of what came: encoding all would take minutes in a debug build.
    private mutating func encodeSome() {
        text.removeAll(keepingCapacity: true)
        _ = reader.read { span in
            for index in span.indices { encoder.append(span[index], to: &text) }
        }
        reader.seek(to: flowRing.published)
    }
}
