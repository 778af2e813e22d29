import DatapathABI
import Directory
import FlowCatalog
import FlowEnrichment
import FlowModel
import Manifests
import Synchronization
import Testing

@Suite struct FlowEnricherTests {
    private let catalog = FlowCatalog()
    private let publisher = DirectoryPublisher()

    private func enrich(_ events: [apus_event], symbols: String = "") -> [Flow] {
        var enricher = FlowEnricher(
            publisher: publisher, catalog: catalog, reasonNames: [2: "NOT_SPECIFIED", 3: "NO_SOCKET"],
            symbols: KernelSymbols(lines: Array(symbols.utf8)), interfaces: [7: "lxc-web"], firstSequence: 100)
        var flows: [Flow] = []
        enricher.beginBatch()
        enricher.enrich(events.span, into: &flows)
        return flows
    }

    private func event(_ type: apus_event_type, flags: [apus_event_flags] = []) -> apus_event {
        var event = apus_event()
        event.version = UInt8(APUS_ABI_VERSION)
        event.type = UInt8(type.rawValue)
        event.flags = UInt16(flags.reduce(0) { $0 | $1.rawValue })
        event.source = address("10.0.0.1")
        event.destination = address("10.0.0.2")
        event.protocol = 6
        event.source_port = 40_000
        event.destination_port = 9_090
        return event
    }

    private func address(_ text: String) -> apus_address {
        let address = IPAddress(text)!
        return apus_address(high_be: address.high.bigEndian, low_be: address.low.bigEndian)
    }

    private func publishPods() {
        let manifests = ManifestSet.parse(
            """
            {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, status: {podIP: 10.0.0.1}}
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop}, status: {podIP: 10.0.0.2}}
            """, file: "pods.yaml")
        var directory = Directory(catalog: catalog, nodeName: "node")
        publisher.publish(directory.update(manifests).snapshot)
    }

    @Test("Addresses, ports and counts are taken over; sequences rise by one")
    func fields() {
        var first = event(APUS_EVENT_POLICY_VERDICT, flags: [APUS_FLAG_L4])
        first.bytes = 60
        first.packets = 1
        first.rule = 9
        first.ifindex = 7
        // The number of the policy in force: no namespace, and no part of the interface's name.
        first.namespace_or_policy = 31
        let flows = enrich([first, event(APUS_EVENT_TRACE)])
        #expect(flows.map(\.sequence) == [100, 101])
        #expect(flows[0].source.description == "10.0.0.1")
        #expect(flows[0].destination.description == "10.0.0.2")
        #expect(flows[0].sourcePort == 40_000)
        #expect(flows[0].destinationPort == 9_090)
        #expect(flows[0].bytes == 60)
        #expect(flows[0].rule == 9)
        #expect(catalog.names[flows[0].interfaceName] == "lxc-web" && flows[0].networkNamespace == 0)
        #expect(flows[0].attributes.contains(.layer4))
    }

    @Test("A verdict is forwarded and no reply, audited with the flag; its direction is the hook's")
    func verdicts() {
        var audited = event(APUS_EVENT_POLICY_VERDICT, flags: [APUS_FLAG_AUDIT, APUS_FLAG_EGRESS])
        audited.reason = 133
        let flows = enrich([event(APUS_EVENT_POLICY_VERDICT), audited])
        #expect(flows.map(\.verdict) == [.forwarded, .audit])
        #expect(flows.map(\.direction) == [.ingress, .egress])
        #expect(flows.map(\.dropReason) == [.unknown, .policyDenied])
        for flow in flows { #expect(flow.attributes.contains(.replyKnown) && !flow.attributes.contains(.isReply)) }
    }

    @Test("A trace knows whether it is a reply; of a drop that is not known")
    func replies() {
        var dropped = event(APUS_EVENT_DROP, flags: [APUS_FLAG_EGRESS])
        dropped.reason = 181
        dropped.endpoint = 5
        var trace = event(APUS_EVENT_TRACE, flags: [APUS_FLAG_REPLY, APUS_FLAG_EGRESS])
        trace.trace_reason = UInt8(APUS_TRACE_REPLY.rawValue)
        trace.endpoint = 5
        let flows = enrich([trace, dropped])
        #expect(flows[0].attributes.isSuperset(of: [.replyKnown, .isReply]))
        #expect(flows[0].observationPoint == .toEndpoint)
        #expect(flows[0].direction == .egress)
        #expect(!flows[1].attributes.contains(.replyKnown))
        #expect(flows[1].verdict == .dropped)
        #expect(flows[1].dropReason == .policyDeny)
    }

    @Test("Of a trace whose connection was not known neither reply nor direction is told, but where it was made")
    func unknownConnection() {
        var trace = event(APUS_EVENT_TRACE, flags: [APUS_FLAG_EGRESS])
        trace.reason = 11
        let flow = enrich([trace])[0]
        #expect(flow.direction == .unknown)
        #expect(!flow.attributes.contains(.replyKnown))
        #expect(flow.observationPoint == ObservationPoint(rawValue: 11))
    }

    @Test("A kernel drop has the kernel's reason, its nearest Hubble reason, the function and the interface")
    func kernelDrop() {
        var drop = event(APUS_EVENT_KERNEL_DROP)
        drop.reason = 3
        drop.location = 0xffff_ffff_8100_0210
        drop.namespace_or_policy = 42
        drop.ifindex = 2
        (drop.interface.0, drop.interface.1, drop.interface.2, drop.interface.3) = (101, 116, 104, 48)
        let symbols = """
            ffffffff81000200 T tcp_v4_rcv
            ffffffff81000400 T udp_rcv
            ffffffff81000100 D some_data
            ffffffff81000300 t inner\t[module]

            """
        let flow = enrich([drop], symbols: symbols)[0]
        #expect(flow.verdict == .dropped)
        #expect(flow.direction == .unknown)
        #expect(catalog.names[flow.kernelReason] == "NO_SOCKET")
        #expect(flow.dropReason.name == "SOCKET_LOOKUP_FAILED")
        #expect(catalog.names[flow.kernelFunction] == "tcp_v4_rcv")
        #expect(catalog.names[flow.interfaceName] == "eth0")
        #expect(flow.networkNamespace == 42)
    }

    @Test("A reason that the kernel does not name is shown by its number")
    func unnamedReason() {
        var drop = event(APUS_EVENT_KERNEL_DROP)
        drop.reason = 0x2_0001
        #expect(catalog.names[enrich([drop])[0].kernelReason] == "REASON_131073")
    }

    @Test("Both sides get pod and identity; what nobody knows is the world, and says why")
    func endpoints() {
        publishPods()
        var outside = event(APUS_EVENT_TRACE)
        outside.source = address("192.0.2.1")
        let flows = enrich([event(APUS_EVENT_TRACE), outside])
        #expect(catalog.endpoints[flows[0].sourceEndpoint]?.podName == "web")
        #expect(catalog.endpoints[flows[0].destinationEndpoint]?.podName == "db")
        #expect(Identity.clusterRange.contains(flows[0].sourceIdentity))
        #expect(flows[0].unknownNames == UnknownNames())
        #expect(flows[1].sourceIdentity == Identity.world.rawValue)
        #expect(flows[1].unknownNames.source == .addressNotInDirectory)
    }

    @Test("An identity that the kernel saw wins over the directory's")
    func kernelsIdentity() {
        publishPods()
        var trace = event(APUS_EVENT_TRACE)
        trace.source_identity = 4_711
        #expect(enrich([trace])[0].sourceIdentity == 4_711)
    }

    @Test("A packet without an IP header has no addresses to look up, and says so")
    func noAddress() {
        let flow = enrich([event(APUS_EVENT_KERNEL_DROP, flags: [APUS_FLAG_NO_IP])])[0]
        #expect(!flow.attributes.contains(.ip))
        #expect(flow.sourceEndpoint == 0)
        #expect(flow.unknownNames.source == .noAddress)
    }

    @Test("A new directory is used from the next batch on")
    func newDirectory() {
        var enricher = FlowEnricher(
            publisher: publisher, catalog: catalog, reasonNames: [:], symbols: KernelSymbols(lines: []),
            interfaces: [:],
            firstSequence: 1)
        var flows: [Flow] = []
        let events = [event(APUS_EVENT_TRACE)]
        enricher.beginBatch()
        enricher.enrich(events.span, into: &flows)
        publishPods()
        enricher.beginBatch()
        enricher.enrich(events.span, into: &flows)
        #expect(catalog.endpoints[flows[0].sourceEndpoint]?.podName == "")
        #expect(catalog.endpoints[flows[1].sourceEndpoint]?.podName == "web")
    }

    @Test("The offset to the time since 1970 is asked for once a batch")
    func clockOffset() {
        let offset = Atomic<UInt64>(1_000)
        var enricher = FlowEnricher(
            publisher: publisher, catalog: catalog, reasonNames: [:], symbols: KernelSymbols(lines: []),
            interfaces: [:], firstSequence: 1,
            clockOffset: { offset.wrappingAdd(1_000, ordering: .relaxed).oldValue })
        var first = event(APUS_EVENT_TRACE)
        first.time_ns = 7
        var flows: [Flow] = []
        for _ in 0..<2 {
            enricher.beginBatch()
            enricher.enrich([first, first].span, into: &flows)
        }
        #expect(flows.map(\.timeNanoseconds) == [2_007, 2_007, 3_007, 3_007])
    }

    @Test("Of another kernel the functions at single addresses are known")
    func functionsOfAnotherKernel() {
        let symbols = KernelSymbols(functions: [0x300: "udp_rcv", 0x100: "ip_rcv"])
        #expect([0x100, 0x300].map { symbols.function(at: $0) } == ["ip_rcv", "udp_rcv"])
        #expect(symbols.function(at: 0xff) == nil)
        #expect(KernelSymbols(functions: [:]).function(at: 1) == nil)
    }

    @Test("Room before a function is no function")
    func padding() {
        let lines = """
            ffffffff81000040 T __pfx_ip_rcv
            ffffffff81000050 T ip_rcv
            ffffffff81000190 t __pfx_udp_rcv\t[udp]
            ffffffff810001a0 t udp_rcv\t[udp]

            """
        let symbols = KernelSymbols(lines: Array(lines.utf8))
        #expect(symbols.function(at: 0xffff_ffff_8100_0048) == nil)
        #expect(symbols.function(at: 0xffff_ffff_8100_0060) == "ip_rcv")
        #expect(symbols.function(at: 0xffff_ffff_8100_01a0) == "udp_rcv")
    }
}
