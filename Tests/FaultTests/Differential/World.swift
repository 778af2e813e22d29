import FlowCatalog
import FlowModel
import HistoryFaults

/// Names and flows out of few values, so that random filters meet some and miss others.
struct World {
    let catalog = FlowCatalog()
    let endpoints: [Endpoint]
    let services: [ServiceReference]
    let rules: [RuleReference]
    let names: [String]
    let flows: [Flow]

    static let start: UInt64 = 1_800_000_000_000_000_000

    init(seed: UInt64, flows count: Int) {
        var random = Seeded(seed)
        for namespace in ["shop", "data", ""] {
            for name in ["cart", "cart-7c9", "ledger", ""] {
                _ = catalog.endpoints.intern(Self.endpoint(namespace, name, &random))
            }
        }
        for (name, namespace) in [("cart", "shop"), ("payments", "shop"), ("cart", "data")] {
            _ = catalog.services.intern(ServiceReference(name: name, namespace: namespace))
        }
        for (name, namespace) in [("web", "shop"), ("web", "data"), ("dns", "shop")] {
            _ = catalog.rules.intern(
                RuleReference(
                    kind: "NetworkPolicy", name: name, namespace: namespace, direction: .egress, isDeny: false,
                    index: 0, labels: []))
        }
        for name in ["NO_SOCKET", "TCP_CSUM", "NETFILTER_DROP", "eth0", "lxc1"] { _ = catalog.names.intern(name) }
        endpoints = catalog.endpoints.elements()
        services = catalog.services.elements()
        rules = catalog.rules.elements()
        names = catalog.names.elements()
        let ends = (
            endpoints: endpoints.count, services: services.count, rules: rules.count, names: names.count
        )
        flows = (1...UInt64(count)).map { Self.flow($0, ends, &random) }
    }

    private static func endpoint(_ namespace: String, _ name: String, _ random: inout Seeded) -> Endpoint {
        let labels = ["k8s:app=cart", "k8s:app=ledger", "k8s:canary", "k8s:tier=web", "reserved:world"]
        return Endpoint(
            identity: .unknown, clusterName: namespace == "shop" ? "east" : "west", namespace: namespace, podName: name,
            labels: labels.filter { _ in random.next() % 2 == 0 },
            workloads: name.isEmpty ? [] : [Workload(name: name, kind: random.next() % 2 == 0 ? "Deployment" : "Job")],
            dnsNames: name.isEmpty ? ["api.example.org", "example.org"] : [])
    }

    private static func flow(
        _ sequence: UInt64, _ ends: (endpoints: Int, services: Int, rules: Int, names: Int),
        _ random: inout Seeded
    ) -> Flow {
        func any<Value>(_ values: [Value]) -> Value { values[Int(random.next() % UInt64(values.count))] }
        func index(_ count: Int) -> UInt32 { UInt32(random.next() % UInt64(count)) }
        var flow = Flow()
        flow.sequence = sequence
        // Clocks of two processors, somewhat apart.
        flow.timeNanoseconds = start + sequence * 1_000 + random.next() % 5_000
        flow.attributes = FlowAttributes(rawValue: UInt8(truncatingIfNeeded: random.next()) | any([0, 0b11000]))
        let isV6 = flow.attributes.contains(.ipv6)
        func address() -> IPAddress {
            let host = random.next() % 8
            return isV6
                ? IPAddress(high: 0xfd00 << 48 | host % 2, low: host) : IPAddress(v4: 0x0a00_0000 + UInt32(host))
        }
        (flow.source, flow.destination) = (address(), address())
        (flow.sourceEndpoint, flow.destinationEndpoint) = (index(ends.endpoints), index(ends.endpoints))
        (flow.sourceService, flow.destinationService) = (index(ends.services), index(ends.services))
        flow.rule = index(ends.rules)
        (flow.kernelReason, flow.kernelFunction) = (index(ends.names), index(ends.names))
        flow.interfaceName = index(ends.names)
        flow.icmpType = any([0, 8, 128])
        (flow.sourceIdentity, flow.destinationIdentity) = (index(6), index(6))
        (flow.sourcePort, flow.destinationPort) = (any([80, 443, 8_050]), any([80, 443, 8_050]))
        flow.ipProtocol = any([.tcp, .udp, .icmp, .icmpv6, .sctp])
        flow.tcpFlags = TCPFlags(rawValue: UInt8(truncatingIfNeeded: random.next()))
        flow.kind = any([.drop, .trace, .policyVerdict, .kernelDrop])
        flow.verdict = Verdict(rawValue: UInt8(random.next() % 8))
        flow.dropReason = any([.unknown, .policyDenied, .policyDeny])
        flow.direction = TrafficDirection(rawValue: UInt8(random.next() % 3))
        flow.observationPoint = any([.unknown, .toEndpoint])
        (flow.bytes, flow.packets) = (random.next() % 1_500, 1)
        return flow
    }
}
