import FlowFilter
import FlowModel
import SyntheticTraffic

/// Followers' filters that match no flow: each flow is judged once, and nothing is handed on.
enum FilterBenchmarks {
    /// Flows of a stretch, as a follower reads them from the ring.
    private static let stretch = 256

    private static let filters: [(name: String, items: [(name: String, value: String)])] = [
        ("verdict", [("verdict", "ERROR")]),
        ("namespace", [("namespace", "nowhere")]),
        ("pod", [("pod", "team-1/nothing")]),
        ("prefix", [("ip", "192.0.2.0/24")]),
        ("port", [("port", "9")]),
        ("identity", [("identity", "61000")]),
        ("reason", [("drop-reason-desc", "INVALID_PACKET_DROPPED")]),
        ("protocol", [("protocol", "sctp")]),
        ("label", [("label", "app in (none, nothing), tier!=tier-1")]),
        ("fqdn", [("fqdn", "*.example.org")]),
        ("not", [("not", "true"), ("protocol", "tcp"), ("not", "true"), ("protocol", "udp")]),
        ("combined", [("verdict", "FORWARDED"), ("protocol", "tcp"), ("to-port", "1-52"), ("namespace", "team-1")]),
        ("many", many),
    ]
    /// 20 conditions.
    private static let many =
        (0..<10).map { (name: "ip", value: "192.0.\($0 * 3).0/24") }
        + (0..<6).map { (name: "port", value: "\(61_000 + $0 * 2)") }
        + [
            (name: "protocol", value: "tcp"), (name: "protocol", value: "udp"), (name: "not", value: ""),
            (name: "namespace", value: "team-1"), (name: "not", value: ""), (name: "label", value: "app=app-2"),
        ]
    private static let rounds = 40

    /// `filter.miss` is the dearest of them.
    static let groups = [
        BenchmarkGroup(name: "filter.miss") {
            var readings: [Reading] = []
            for filter in filters {
                let cost = try cost(of: filter.items)
                let judged = Double(Workload.flows.count * rounds)
                readings.append(
                    Reading(
                        "filter.miss.\(filter.name)", "ns/flow", cost.nanoseconds / judged,
                        allocationsPerFlow: cost.allocations / judged))
            }
            let dearest = readings.max { $0.value < $1.value }
            return [
                Reading(
                    "filter.miss", "ns/flow", dearest?.value ?? 0, allocationsPerFlow: dearest?.allocationsPerFlow)
            ] + readings
        }
    ]

    private static func cost(of items: [(name: String, value: String)]) throws -> ThreadMeter.Cost {
        let spec = try FlowRequest(queryItems: items, now: 0).filter
        var filter = CompiledFilter(spec, catalog: Workload.directory.catalog)
        let flows = Workload.flows
        var positions: [Int] = []
        select(flows, &filter, into: &positions)
        guard positions.isEmpty else { throw Obstacle("\(positions.count) flows match \(items)") }
        return ThreadMeter.measure { for _ in 0..<rounds { select(flows, &filter, into: &positions) } }
    }

    @inline(never)
    private static func select(_ flows: borrowing [Flow], _ filter: inout CompiledFilter, into positions: inout [Int]) {
        let span = flows.span
        for start in stride(from: 0, to: span.count, by: stretch) {
            filter.select(span.extracting(start..<min(start + stretch, span.count)), into: &positions)
        }
    }
}
