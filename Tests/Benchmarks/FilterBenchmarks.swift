import FlowFilter
import FlowModel
import SyntheticTraffic

/// Followers' filters that match no flow: each flow is judged once, and nothing is handed on.
enum FilterBenchmarks {
    private static let filters: [(name: String, items: [(name: String, value: String)])] = [
        ("verdict", [("verdict", "ERROR")]),
        ("namespace", [("namespace", "nowhere")]),
        ("pod", [("pod", "team-1/nothing")]),
        ("prefix", [("ip", "192.0.2.0/24")]),
        ("port", [("port", "9")]),
        ("identity", [("identity", "61000")]),
        ("reason", [("drop-reason-desc", "INVALID_PACKET_DROPPED")]),
        ("protocol", [("protocol", "sctp")]),
        ("not", [("not", "true"), ("protocol", "tcp"), ("not", "true"), ("protocol", "udp")]),
        ("combined", [("verdict", "FORWARDED"), ("protocol", "tcp"), ("to-port", "1-52"), ("namespace", "team-1")]),
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
        let matched = count(flows, &filter)
        guard matched == 0 else { throw Obstacle("\(matched) flows match \(items)") }
        return ThreadMeter.measure { for _ in 0..<rounds { _ = count(flows, &filter) } }
    }

    @inline(never)
    private static func count(_ flows: borrowing [Flow], _ filter: inout CompiledFilter) -> Int {
        var matched = 0
        for index in flows.indices where filter.matches(flows[index]) { matched += 1 }
        return matched
    }
}
