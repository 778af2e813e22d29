import DatapathABI
import Directory
import FlowCapture
import FlowCatalog
import FlowEnrichment
import FlowModel
import FlowRing
import FlowWire
import Manifests
import SystemRuntime
import Testing

@testable import BPFRuntime

private let missingKernelSupport: String? = {
    do { try KernelSupport.check() } catch { return "\(error)" }
    return nil
}()

@Suite(
    "Our ring buffer and Cilium's perf event array",
    .enabled(if: missingKernelSupport == nil, "\(missingKernelSupport ?? "")"))
struct SameFlowsTests {
    private static let packets: [[UInt8]] = [
        Packets.syn,
        Packets.ethernet(0x0800, Packets.ipv4(6, Packets.tcp(5000, 80, flags: 0x12), options: [1, 1, 1, 1])),
        Packets.ethernet(0x0800, Packets.ipv4(17, Packets.udp(5000, 53, [1, 2, 3]))),
        Packets.ethernet(0x0800, Packets.ipv4(17, [1, 2, 3, 4], fragmentOffset: 9)),
        Packets.ethernet(0x0800, Packets.ipv4(132, Packets.sctp)),
        Packets.ethernet(0x0800, Packets.ipv4(1, Packets.icmp(3, 1) + [UInt8](repeating: 0, count: 28))),
        Packets.ethernet(0x86dd, Packets.ipv6(6, Packets.tcp(5000, 443))),
        Packets.ethernet(0x86dd, Packets.ipv6(58, Packets.icmp(128, 0))),
        Packets.ethernet(0x86dd, Packets.ipv6(0, [17, 0, 1, 4, 0, 0, 0, 0] + Packets.udp(5000, 53))),
        Packets.ethernet(0x0800, Packets.ipv4(47, [UInt8](repeating: 7, count: 300))),
    ]

    /// The events of both ways, in the order in which the program wrote them.
    private func captured() throws -> (ours: [apus_event], ciliums: [apus_event]) {
        let pinned = PinnedThread()
        let object = try PerfBench.load()
        let rings = (ours: EventRing<apus_event>(capacity: 256), ciliums: EventRing<apus_event>(capacity: 256))
        let perf = try PerfEventArrayReader(object.map("cilium_events"), bytesPerCPU: 65_536, wakeUpBytes: 4096)
        var ours = Capture(
            EventCapture(reader: try RingBufferReader(object.map("events")), counters: CaptureCounters()),
            into: rings.ours)
        var ciliums = Capture(nil, cilium: PerfCapture(reader: perf, counters: .init()), into: rings.ciliums)
        for program in ["write_drop", "write_trace", "write_verdict"] {
            for packet in Self.packets { _ = try object.program(program).run(packet: packet, interfaceIndex: 1) }
        }
        _ = (ours.drain(), ciliums.drain())
        _ = consume pinned
        return (Self.events(rings.ours), Self.events(rings.ciliums))
    }

    private static func events(_ ring: EventRing<apus_event>) -> [apus_event] {
        var reader = EventRingReader(ring)
        var events: [apus_event] = []
        _ = reader.consume(limit: 256) { span in for index in span.indices { events.append(span[index]) } }
        return events
    }

    private func lines(_ events: [apus_event]) -> [String] {
        let catalog = FlowCatalog()
        let publisher = DirectoryPublisher()
        var directory = Directory(catalog: catalog, nodeName: "node")
        let pods = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, status: {podIP: 10.0.0.1}}"
        publisher.publish(directory.update(ManifestSet.parse(pods, file: "pods.yaml")).snapshot)
        var enricher = FlowEnricher(
            publisher: publisher, catalog: catalog, reasonNames: [:], symbols: KernelSymbols(lines: []),
            interfaces: [9: "lxc9"], firstSequence: 1, clockOffset: { 1_700_000_000_000_000_000 })
        var flows: [Flow] = []
        enricher.beginBatch()
        enricher.enrich(events.span, into: &flows)
        var encoder = FlowJSONEncoder(
            FlowJSONContext(catalog: catalog, nodeName: "node", version: "1", storeID: [UInt8](1...16)))
        return flows.map { flow in
            var bytes: [UInt8] = []
            encoder.append(flow, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    @Test("The same verdicts on the same packets give the same JSON, to the byte, whichever way they come")
    func sameJSON() throws {
        let (ours, ciliums) = try captured()
        #expect(ours.count == 3 * Self.packets.count && ciliums.count == ours.count)
        // The two were written one after the other, so their times differ by that.
        let retimed = zip(ours, ciliums).map { ours, ciliums in
            var event = ours
            event.time_ns = ciliums.time_ns
            return event
        }
        let (ourLines, ciliumLines) = (lines(retimed), lines(ciliums))
        #expect(ourLines == ciliumLines)
        #expect(ourLines.contains { $0.contains("\"pod_name\":\"web\"") && $0.contains("POLICY_DENIED") })
    }
}
