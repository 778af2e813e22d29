import DatapathABI
import Directory
import FlowCatalog
import FlowEnrichment
import FlowModel
import FlowRing
import Manifests
import Testing

@Suite struct LateNamesTests {
    private let catalog = FlowCatalog()
    private let publisher = DirectoryPublisher()
    private let ring = BroadcastRing<Flow>(capacity: 64, start: 1)
    private static let millisecond: UInt64 = 1_000_000
    private static let grace = 500 * millisecond
    /// The events' clock stands still there, so that ages are exact.
    private static let now: UInt64 = 1_000_000 * millisecond

    private func enricher() -> FlowEnricher {
        FlowEnricher(
            publisher: publisher, catalog: catalog, reasonNames: [:], symbols: KernelSymbols(lines: []),
            interfaces: [:], firstSequence: 1, nameGrace: Self.grace, clockOffset: { 0 }, now: { Self.now })
    }

    private func event(age: UInt64, source: String = "10.0.0.1", sourceIdentity: UInt32 = 0) -> apus_event {
        var event = apus_event()
        event.type = UInt8(APUS_EVENT_TRACE.rawValue)
        event.time_ns = Self.now - age
        event.source = address(source)
        event.destination = address("10.0.0.2")
        event.source_identity = sourceIdentity
        return event
    }

    private func address(_ text: String) -> apus_address {
        let address = IPAddress(text)!
        return apus_address(high_be: address.high.bigEndian, low_be: address.low.bigEndian)
    }

    private func pod(_ name: String, _ address: String, labels: String = "") -> String {
        """
        ---
        {apiVersion: v1, kind: Pod, metadata: {name: \(name), labels: {\(labels)}}, status: {podIP: \(address)}}

        """
    }

    /// Flows of the events pass before the pods are known, and are then looked at again.
    private func flows(_ events: [apus_event], before manifests: String...) -> (flows: [Flow], repaired: UInt64) {
        var directory = Directory(catalog: catalog, nodeName: "node")
        publisher.publish(directory.update(ManifestSet()).snapshot)
        var enricher = enricher()
        var writer = BroadcastWriter(ring)
        var batch: [Flow] = []
        enricher.beginBatch()
        enricher.enrich(events.span, into: &batch)
        writer.append(batch.span)
        for text in manifests {
            publisher.publish(directory.update(ManifestSet.parse(text, file: "pods.yaml")).snapshot)
            enricher.beginBatch()
            _ = enricher.repairNames(in: &writer)
        }
        var reader = BroadcastReader(ring, at: 1)
        var seen: [Flow] = []
        _ = reader.read { span in for index in span.indices { seen.append(span[index]) } }
        return (seen, enricher.lateNames.repaired)
    }

    private func pods(_ flow: Flow) -> [String?] {
        [flow.sourceEndpoint, flow.destinationEndpoint].map { catalog.endpoints[$0]?.podName }
    }

    @Test("A pod that appears 200 ms after its first flow gives that flow its name and identity, on either side")
    func inTime() {
        let result = flows([event(age: 200 * Self.millisecond)], before: pod("a", "10.0.0.1") + pod("b", "10.0.0.2"))
        #expect(pods(result.flows[0]) == ["a", "b"])
        #expect(result.flows[0].unknownNames == UnknownNames())
        #expect(Identity.clusterRange.contains(result.flows[0].sourceIdentity))
        #expect(result.repaired == 2)
    }

    @Test("After the grace the reason stays")
    func tooLate() {
        let result = flows(
            [event(age: 501 * Self.millisecond), event(age: 500 * Self.millisecond)], before: pod("a", "10.0.0.1"))
        #expect(result.flows[0].unknownNames.source == .addressNotInDirectory)
        #expect(result.flows[1].unknownNames.source == .none)
        #expect(result.repaired == 1)
    }

    @Test("What stays unknown keeps its reason, and an identity that the kernel gave stays")
    func others() {
        let result = flows([event(age: 0, sourceIdentity: 4_711)], before: pod("a", "10.0.0.1"))
        #expect(pods(result.flows[0]) == ["a", ""])
        #expect(result.flows[0].unknownNames.destination == .addressNotInDirectory)
        #expect(result.flows[0].sourceIdentity == 4_711)
    }

    @Test("A second name within 50 ms waits for its turn")
    func pause() {
        let result = flows(
            [event(age: 0)], before: pod("a", "10.0.0.1"), pod("a", "10.0.0.1") + pod("b", "10.0.0.2"))
        #expect(pods(result.flows[0]) == ["a", ""])
    }

    @Test("Other labels of known pods do not count as addresses that came, another pod does")
    func additions() {
        var directory = Directory(catalog: catalog, nodeName: "node")
        let additions = [
            pod("a", "10.0.0.1"), pod("a", "10.0.0.1", labels: "app: web"), "",
            pod("a", "10.0.0.1") + pod("b", "10.0.0.2"),
        ].map { directory.update(ManifestSet.parse($0, file: "pods.yaml")).snapshot.additions }
        #expect(additions == [1, 1, 1, 2])
    }
}
