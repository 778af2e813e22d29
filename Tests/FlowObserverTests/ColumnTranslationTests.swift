import FlowCatalog
import FlowFilter
import FlowHistory
import FlowModel
import Foundation
import Testing

@testable import FlowObserver

/// A store's answer, judged on columns, and the filter's own, flow by flow.
@Suite("A filter judged on columns")
struct ColumnTranslationTests {
    private static let filters: [[(String, String)]] = [
        [("verdict", "DROPPED")], [("verdict", "FORWARDED"), ("verdict", "AUDIT")], [("type", "drop")],
        [("type", "trace:to-endpoint")], [("type", "drop:POLICY_DENIED")], [("drop-reason-desc", "POLICY_DENIED")],
        [("protocol", "tcp")], [("protocol", "icmp"), ("protocol", "udp")], [("traffic-direction", "egress")],
        [("reply", "true")], [("reply", "false")], [("ip-version", "6")], [("ip-version", "4")],
        [("tcp-flags", "SYN")], [("tcp-flags", "SYN,ACK"), ("tcp-flags", "RST")], [("port", "80")],
        [("from-port", "40000-50000")], [("to-port", "443"), ("to-port", "53")], [("ip", "10.0.0.3")],
        [("from-ip", "10.0.0.0/30"), ("to-ip", "10.0.0.4/31")], [("identity", "20001")],
        [("from-identity", "world")], [("namespace", "shop")], [("from-pod", "shop/pod-1"), ("to-pod", "bank/")],
        [("label", "k8s:app=a")], [("from-workload", "Deployment/front")], [("service", "shop/web")],
        [("to-service", "bank/web")], [("kernel-drop-reason", "NO_SOCKET")],
        [("fqdn", "*.example.com")], [("from-fqdn", "a.example.com")], [("to-cluster", "default")],
        [("policy", "shop/web")], [("interface", "eth0")], [("icmp-type", "8")],
        [("pod", "shop/pod-3"), ("verdict", "DROPPED"), ("port", "80")],
    ]

    @Test("chooses the flows that the filter itself would, allowed or denied")
    func agrees() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "apus-columns-\(UUID())").path()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let catalog = FlowCatalog()
        var random = SystemRandomNumberGenerator()
        let flows = (1...3000).map { Self.flow($0, catalog, &random) }
        var settings = HistorySettings(directory: directory)
        (settings.blockFlows, settings.partitionPeriod) = (256, .microseconds(1))
        var writer = try HistoryWriter(settings, catalog: catalog)
        for start in stride(from: 0, to: flows.count, by: 200) {
            writer.append(flows[start..<start + 200].span)
            try writer.commit()
        }
        try writer.close()
        var reader = try HistoryReader(directory: directory)
        var isUsed = 0
        for items in Self.filters {
            for prefix in ["", "not ", "visible ", "visible not "] {
                var spec = try Self.spec(items, isDenied: prefix.contains("not"))
                if prefix.contains("visible") { spec.visibleNamespaces = ["shop", "absent"] }
                var filter = CompiledFilter(spec, catalog: catalog)
                let expected = flows.filter { filter.matches($0) }.map(\.sequence)
                for order in [HistoryCursor.Order.ascending, .descending] {
                    var cursor = reader.cursor(order: order, filter: ColumnTranslation(catalog).columns(spec))
                    var found: [UInt64] = []
                    while let batch = try reader.next(&cursor) { found += batch.map(\.sequence) }
                    #expect(found == (order == .ascending ? expected : expected.reversed()), "\(prefix)\(items)")
                }
                let isPart = !expected.isEmpty && expected.count < flows.count
                if isPart, !prefix.contains("visible") { isUsed += 1 }
            }
        }
        #expect(isUsed == Self.filters.count * 2, "each filter chooses some and not all")
    }

    @Test("leaves out nothing for a denial that no flow meets, or that columns cannot judge")
    func deniesTooLittle() throws {
        var oneFlow = FilterConditions()
        oneFlow.sequences = [7]
        for denied in [FilterConditions.none, oneFlow] {
            let found = try Self.search(FilterSpec(deny: [denied]))
            #expect(found.chosen.count == found.stored, "\(denied)")
        }
        #expect(try Self.search(FilterSpec(allow: [.none])).chosen == [])
    }

    /// Sequences that columns choose, and how many flows there are to choose from.
    private static func search(_ spec: FilterSpec) throws -> (chosen: [UInt64], stored: Int) {
        let directory = FileManager.default.temporaryDirectory.appending(path: "apus-columns-\(UUID())").path()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let catalog = FlowCatalog()
        var random = SystemRandomNumberGenerator()
        let flows = (1...300).map { flow($0, catalog, &random) }
        var writer = try HistoryWriter(HistorySettings(directory: directory), catalog: catalog)
        writer.append(flows.span)
        try writer.commit()
        try writer.close()
        var reader = try HistoryReader(directory: directory)
        var cursor = reader.cursor(order: .ascending, filter: ColumnTranslation(catalog).columns(spec))
        var chosen: [UInt64] = []
        while let batch = try reader.next(&cursor) { chosen += batch.map(\.sequence) }
        return (chosen, flows.count)
    }

    private static func spec(_ items: [(String, String)], isDenied: Bool) throws -> FilterSpec {
        let request = try FlowRequest(queryItems: items.map { (name: $0.0, value: $0.1) }, now: 0)
        return isDenied ? FilterSpec(deny: request.filter.allow) : request.filter
    }

    private static func flow(
        _ sequence: UInt64, _ catalog: FlowCatalog, _ random: inout SystemRandomNumberGenerator
    ) -> Flow {
        func any<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count)] }
        var flow = Flow()
        (flow.sequence, flow.timeNanoseconds) = (sequence, sequence * 10)
        (flow.sourceEndpoint, flow.destinationEndpoint) = (endpoint(catalog), endpoint(catalog))
        (flow.sourceIdentity, flow.destinationIdentity) = (any([2, 20_000, 20_001]), any([2, 20_000, 20_001]))
        flow.source = any([IPAddress(v4: 0x0a00_0003), IPAddress(v4: 0x0a00_0005), IPAddress(high: 1 << 63, low: 3)])
        flow.destination = any([IPAddress(v4: 0x0a00_0003), IPAddress(v4: 0x0a00_0005)])
        (flow.sourcePort, flow.destinationPort) = (any([80, 443, 45_000, 60_000]), any([53, 80, 443, 40_001]))
        let services = ["shop", "bank"].map {
            catalog.services.intern(ServiceReference(name: "web", namespace: $0))
        }
        (flow.sourceService, flow.destinationService) = (any([0] + services), any([0] + services))
        flow.kernelReason = any([0, catalog.names.intern("NO_SOCKET"), catalog.names.intern("OTHER")])
        let rules = ["web", "db"].map { name in
            catalog.rules.intern(
                RuleReference(
                    kind: "CiliumNetworkPolicy", name: name, namespace: "shop", direction: .ingress, isDeny: false,
                    index: 0, labels: []))
        }
        flow.rule = any([0] + rules)
        flow.interfaceName = any([0, catalog.names.intern("eth0"), catalog.names.intern("lxc1")])
        flow.icmpType = any([0, 8, 128])
        flow.kind = any([.drop, .trace, .policyVerdict, .kernelDrop])
        flow.verdict = any([.dropped, .forwarded, .audit])
        flow.dropReason = any([.unknown, .policyDenied])
        flow.ipProtocol = any([.tcp, .udp, .icmp, .icmpv6])
        flow.tcpFlags = any([.syn, [.syn, .ack], .rst, []])
        flow.direction = any([.ingress, .egress])
        flow.observationPoint = any([.unknown, .toEndpoint])
        flow.attributes = FlowAttributes(rawValue: .random(in: 0..<64))
        return flow
    }

    private static func endpoint(_ catalog: FlowCatalog) -> UInt32 {
        let number = Int.random(in: 0..<6)
        if number == 0 { return 0 }
        return catalog.endpoints.intern(
            Endpoint(
                id: UInt32(number), identity: Identity(rawValue: 20_000), clusterName: "default",
                namespace: number < 4 ? "shop" : "bank", podName: "pod-\(number)",
                labels: ["k8s:app=\(number % 2 == 0 ? "a" : "b")"],
                workloads: [Workload(name: number < 3 ? "front" : "back", kind: "Deployment")],
                dnsNames: number == 5 ? ["a.example.com"] : number == 4 ? ["b.example.com", "c.test"] : []))
    }
}
