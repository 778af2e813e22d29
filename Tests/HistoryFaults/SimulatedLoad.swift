package import FlowCatalog
package import FlowModel

/// What a node might send in an hour, which stands for a day: the rate rises and falls once, there are bursts, pods come
/// and go, and some flows get lost on the way. The same for the same seed; any process can tell which flow is which.
package struct SimulatedLoad {
    package static let start: UInt64 = 1_800_000_000_000_000_000
    package static let stepNanoseconds: UInt64 = 100_000_000
    package static let steps = 36_000
    /// Pods that live at a time; the oldest goes when a new one comes, each second.
    private static let livingPods = 200

    /// Steps so far: tenths of a second.
    package private(set) var step = 0
    /// Of the last flow, lost ones included.
    package private(set) var sequence: UInt64 = 0
    private let flowsEachSecond: Double
    private var random: Seeded
    private var due = 0.0

    package init(seed: UInt64, flowsEachSecond: Double) {
        (random, self.flowsEachSecond) = (Seeded(seed), flowsEachSecond)
    }

    package var time: UInt64 { Self.start + UInt64(step) * Self.stepNanoseconds }

    /// Of each 5,003 flows three in a row get lost before history.
    package static func isLost(_ sequence: UInt64) -> Bool { sequence % 5_003 > 4_999 }

    /// By this a reader knows a flow again.
    package static func mark(_ sequence: UInt64) -> UInt64 { sequence &* 0x9e37_79b9_7f4a_7c15 >> 32 }

    /// The flows of the next tenth of a second, and how many got lost among them.
    package mutating func next(_ catalog: FlowCatalog) -> (flows: [Flow], lost: UInt64) {
        step += 1
        if step % 10 == 1 { startPod(catalog) }
        due += rate / 10
        var flows: [Flow] = []
        var lost: UInt64 = 0
        while due >= 1 {
            due -= 1
            sequence += 1
            if Self.isLost(sequence) { lost += 1 } else { flows.append(flow(catalog)) }
        }
        return (flows, lost)
    }

    /// Flows a second: from a fifth to nine fifths of the mean within the hour, and five times as much for two seconds
    /// of each 97.
    private var rate: Double {
        let place = Double(step) / Double(Self.steps)
        let curve = 1 + 0.8 * (1 - 2 * abs(2 * place - 1))
        return flowsEachSecond * curve * (step % 970 < 20 ? 5 : 1)
    }

    private func startPod(_ catalog: FlowCatalog) {
        let number = catalog.endpoints.count
        _ = catalog.endpoints.intern(
            Endpoint(
                id: UInt32(number), identity: Identity(rawValue: 20_000 + UInt32(number % 40)),
                clusterName: "default", namespace: "shop-\(number % 9)", podName: "frontend-7d9f8b6c5-\(number)",
                labels: [
                    "k8s:app=frontend", "k8s:io.kubernetes.pod.namespace=shop-\(number % 9)",
                    "k8s:pod-template-hash=7d9f8b6c5", "k8s:io.cilium.k8s.policy.cluster=default",
                ],
                workloads: [Workload(name: "frontend", kind: "Deployment")]))
        _ = catalog.names.intern("lxc\(number)f3a9")
    }

    private mutating func flow(_ catalog: FlowCatalog) -> Flow {
        var flow = Flow()
        let newest = UInt32(catalog.endpoints.count - 1)
        let pods = min(newest, UInt32(Self.livingPods))
        let word = random.next()
        flow.sequence = sequence
        flow.timeNanoseconds = time - word % Self.stepNanoseconds
        flow.sourceEndpoint = newest - UInt32(word >> 8 & 0xffff) % pods
        flow.destinationEndpoint = newest - UInt32(word >> 24 & 0xffff) % pods
        flow.interfaceName = flow.sourceEndpoint
        flow.source = IPAddress(v4: 0x0a00_0000 + flow.sourceEndpoint)
        flow.destination = IPAddress(v4: 0x0a00_0000 + flow.destinationEndpoint)
        flow.sourceIdentity = 20_000 + flow.sourceEndpoint % 40
        flow.destinationIdentity = 20_000 + flow.destinationEndpoint % 40
        flow.sourcePort = UInt16(32_768 + word >> 40 % 28_000)
        flow.destinationPort = 443
        flow.bytes = Self.mark(sequence)
        flow.packets = 1
        flow.kind = word >> 60 == 0 ? .drop : .trace
        flow.verdict = flow.kind == .drop ? .dropped : .forwarded
        flow.ipProtocol = .tcp
        flow.attributes = [.ip, .layer4]
        return flow
    }
}
