package import DatapathABI
import FlowModel

/// Kernel events of a cluster's traffic: a tenth IPv6, a twentieth with the outside world, some by way of services; 2 %
/// drops (half of them the kernel's own), 18 % policy verdicts, 80 % traces. Who talks is drawn by Zipf's law.
package struct SyntheticTraffic {
    /// Pods of which this node has an interface.
    private static let localPods = 100
    private static let ports: [UInt16] = [80, 443, 8_080, 9_090, 53, 5_432, 6_379, 3_306]
    package static let rules: UInt32 = 20
    /// Kernel reasons that events have, as `FlowEnricher` is told of them.
    package static let reasonNames: [UInt32: String] = [2: "NOT_SPECIFIED", 3: "NO_SOCKET", 6: "NETFILTER_DROP"]

    package static let interfaces: [UInt32: String] = Dictionary(
        uniqueKeysWithValues: (0..<localPods).map { (interface($0), "lxc\($0)") })

    private let cluster: SyntheticCluster
    private let zipf: ZipfDistribution
    private var random: SeededRandom

    package init(_ cluster: SyntheticCluster, seed: UInt64 = 0xa905) {
        self.cluster = cluster
        zipf = ZipfDistribution(count: cluster.pods)
        random = SeededRandom(seed: seed)
    }

    package mutating func events(_ count: Int) -> [apus_event] { (0..<count).map { _ in event() } }

    private mutating func event() -> apus_event {
        var event = apus_event()
        event.version = UInt8(APUS_ABI_VERSION)
        event.length = UInt16(MemoryLayout<apus_event>.size)
        let pod = zipf.draw(&random)
        setAddresses(of: pod, &event)
        event.`protocol` = random.fraction() < 0.8 ? 6 : 17
        event.source_port = UInt16(32_768 + random.next() % 28_000)
        if event.destination_port == 0 { event.destination_port = Self.ports.randomElement(using: &random) ?? 80 }
        event.endpoint = UInt32(pod + 1)
        event.ifindex = Self.interface(pod)
        event.cpu = UInt16(random.next() & 1)
        event.packets = UInt32(1 + random.next() % 20)
        event.bytes = UInt64(event.packets) * (60 + random.next() % 1_400)
        setKind(&event)
        return event
    }

    private mutating func setAddresses(of pod: Int, _ event: inout apus_event) {
        let isV6 = random.fraction() < 0.1
        let peer = zipf.draw(&random)
        let kind = random.fraction()
        var destination = isV6 ? cluster.ipv6(peer) : cluster.ipv4(peer)
        if !isV6 && kind < 0.05 {
            destination = IPAddress(v4: 0xcb00_7100 + UInt32(random.next() & 255))
        } else if !isV6 && kind < 0.08 {
            destination = cluster.service(peer % SyntheticCluster.applications)
            event.destination_port = 80
        }
        event.flags = UInt16(APUS_FLAG_L4.rawValue | (isV6 ? APUS_FLAG_IPV6.rawValue : 0))
        event.source = Self.kernelForm(isV6 ? cluster.ipv6(pod) : cluster.ipv4(pod))
        event.destination = Self.kernelForm(destination)
        event.ether_type = isV6 ? 0x86dd : 0x0800
    }

    private mutating func setKind(_ event: inout apus_event) {
        let kind = random.fraction()
        if random.next() & 1 == 0 { event.flags |= UInt16(APUS_FLAG_EGRESS.rawValue) }
        if event.protocol == 6 { event.tcp_flags = [2, 16, 18, 24, 17].randomElement(using: &random) ?? 2 }
        switch kind {
        case ..<0.01:
            event.type = UInt8(APUS_EVENT_DROP.rawValue)
            event.reason = APUS_DROP_POLICY_DENIED.rawValue
        case ..<0.02:
            event.type = UInt8(APUS_EVENT_KERNEL_DROP.rawValue)
            event.reason = [2, 3, 6].randomElement(using: &random) ?? 2
            (event.interface.0, event.interface.1, event.namespace_or_policy) = (101, 116, 4_026_531_840)
        case ..<0.2:
            event.type = UInt8(APUS_EVENT_POLICY_VERDICT.rawValue)
            event.rule = 1 + UInt32(truncatingIfNeeded: random.next()) % Self.rules
            event.match_type = UInt8(APUS_MATCH_L3_L4.rawValue)
        default:
            event.type = UInt8(APUS_EVENT_TRACE.rawValue)
            event.trace_reason = UInt8(APUS_TRACE_ESTABLISHED.rawValue)
            if random.next() & 1 == 0 { event.flags |= UInt16(APUS_FLAG_REPLY.rawValue) }
        }
    }

    private static func interface(_ pod: Int) -> UInt32 { UInt32(10 + pod % localPods) }

    private static func kernelForm(_ address: IPAddress) -> apus_address {
        apus_address(high_be: address.high.bigEndian, low_be: address.low.bigEndian)
    }
}
