import CAllocationCounter
import FlowFilter
import FlowModel
import SyntheticTraffic
import Testing

@Suite struct FilterAllocationTests {
    private static let cluster = SyntheticCluster(pods: 100)
    private static let directory = SyntheticDirectory(cluster)
    private static let flows = directory.flows(cluster, count: 4_096)

    private static let filters: [[(name: String, value: String)]] = [
        [("verdict", "DROPPED")], [("namespace", "team-1")], [("label", "app in (app-1, app-2)")], [("port", "53-80")],
        [("ip", "10.64.0.0/28"), ("from-port", "1-40000"), ("not", ""), ("pod", "/app-1"), ("policy", "policy-1")],
        [("fqdn", "*.example.org")],
    ]

    @Test("Judging a flow allocates nothing once the names that flows have were asked for", arguments: filters)
    func steady(items: [(name: String, value: String)]) throws {
        let flows = Self.flows
        var filter = CompiledFilter(
            try FlowRequest(queryItems: items, now: 0).filter, catalog: Self.directory.catalog)
        var positions: [Int] = []
        positions.reserveCapacity(flows.count)
        filter.select(flows.span, into: &positions)
        positions.removeAll(keepingCapacity: true)
        let before = allocation_counter_thread()
        filter.select(flows.span, into: &positions)
        #expect(allocation_counter_thread() - before < UInt(flows.count) / 1_000)
    }
}
