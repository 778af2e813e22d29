import FlowModel
import SyntheticTraffic
import Testing

@testable import FlowFilter

/// Compiled filters against `ReferenceFilter`, over filters drawn from a seed, which failures tell.
struct RandomFilterTests {
    private static let cluster = SyntheticCluster(pods: 60)
    private static let directory = SyntheticDirectory(cluster)
    private static let flows = directory.flows(cluster, count: 150) + oddFlows

    /// What synthetic traffic lacks: ICMP, flows without headers, numbers that have no name.
    private static let oddFlows: [Flow] = {
        var random = SeededRandom(seed: 7)
        return directory.flows(cluster, count: 60).map { flow in
            var flow = flow
            flow.attributes = FlowAttributes(rawValue: .random(in: 0...63, using: &random))
            flow.verdict = Verdict(rawValue: .random(in: 0...9, using: &random))
            flow.ipProtocol = [.icmp, .icmpv6, .tcp, .sctp, .vrrp].randomElement(using: &random)!
            flow.icmpType = .random(in: 0...8, using: &random)
            flow.kind = [.unknown, .kernelDrop, .drop, .trace].randomElement(using: &random)!
            flow.sourceIdentity = .random(in: 0...3, using: &random)
            return flow
        }
    }()

    /// Values that some of the flows have, and some that none has.
    private static let pool: [(name: String, values: [String])] = [
        ("verdict", ["DROPPED", "FORWARDED", "ERROR"]), ("namespace", ["team-1", "team-2", "none"]),
        ("from-namespace", ["team-0"]), ("pod", ["team-1/app-1", "/app-3", "/"]), ("to-pod", ["/app-2", "team-5/"]),
        ("label", ["tier=tier-1", "app in (app-1,app-2)", "!app"]), ("from-label", ["version!=v1"]),
        ("workload", ["app-1", "Deployment/"]), ("service", ["team-1/app-1", "/app"]), ("to-service", ["/app-2"]),
        ("ip", ["10.64.0.0/27", "10.64.0.3", "fd00::/120", "203.0.113.0/25", "::/0"]), ("from-ip", ["10.64.0.16/28"]),
        ("to-ip", ["0.0.0.0/0", "203.0.113.7"]), ("port", ["80", "53-443", "0-65535"]), ("to-port", ["8080-9090"]),
        ("from-port", ["32768-40000", "65535"]), ("identity", ["world", "257", "256"]), ("to-identity", ["2"]),
        ("protocol", ["tcp", "udp", "icmp", "sctp"]),
        ("type", ["drop", "trace", "drop:133", "trace:to-endpoint", "5"]),
        ("drop-reason-desc", ["POLICY_DENIED", "134"]), ("kernel-drop-reason", ["NO_SOCKET", "NETFILTER_DROP"]),
        ("traffic-direction", ["ingress", "egress"]), ("reply", ["true", "false"]), ("ip-version", ["4", "6"]),
        ("tcp-flags", ["SYN", "SYN,ACK", "FIN"]), ("icmp-type", ["0", "8"]), ("interface", ["lxc1", "eth9"]),
        ("policy", ["policy-1", "team-2/policy-2"]), ("fqdn", ["*"]), ("cluster", ["default"]),
    ]

    private func conditions(_ random: inout SeededRandom) throws -> FilterConditions {
        var items: [(name: String, value: String)] = []
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let entry = Self.pool.randomElement(using: &random)!
            items.append((entry.name, entry.values.randomElement(using: &random)!))
        }
        let request = try? FlowRequest(queryItems: items, now: 0)
        return request?.filter.allow.first ?? FilterConditions()
    }

    private func check(_ spec: FilterSpec, _ note: Comment) {
        let catalog = Self.directory.catalog
        let reference = ReferenceFilter(spec: spec, catalog: catalog)
        let expected = Self.flows.indices.filter { reference.matches(Self.flows[$0]) }
        var filter = CompiledFilter(spec, catalog: catalog)
        for _ in 0..<2 {
            var selected: [Int] = []
            filter.select(Self.flows.span, into: &selected)
            #expect(selected == expected, note)
        }
    }

    @Test("Any filter selects the flows that its plain meaning selects", arguments: 0..<60 as Range<UInt64>)
    func random(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var spec = FilterSpec()
        for _ in 0..<Int.random(in: 0...4, using: &random) { spec.allow.append(try conditions(&random)) }
        for _ in 0..<Int.random(in: 0...2, using: &random) { spec.deny.append(try conditions(&random)) }
        check(spec, "seed \(seed): \(spec)")
        spec.visibleNamespaces = Set(["team-1", "team-2", "team-3", "none"].shuffled(using: &random).prefix(2))
        check(spec, "seed \(seed): \(spec)")
    }

    @Test("A filter of more sets of conditions than one word has bits means the same")
    func manySets() throws {
        var random = SeededRandom(seed: 99)
        var spec = FilterSpec()
        for _ in 0..<100 { spec.allow.append(try conditions(&random)) }
        for _ in 0..<40 { spec.deny.append(try conditions(&random)) }
        spec.deny.removeAll { $0 == FilterConditions() }
        check(spec, "\(spec)")
        spec.visibleNamespaces = ["team-1"]
        check(spec, "\(spec)")
        spec.allow.removeLast(60)
        check(spec, "\(spec)")
    }

    private func expression(_ random: inout SeededRandom, depth: Int) throws -> FilterExpression {
        func parts(_ random: inout SeededRandom) throws -> [FilterExpression] {
            try (0..<Int.random(in: 1...3, using: &random)).map { _ in try expression(&random, depth: depth - 1) }
        }
        switch depth == 0 ? 0 : Int.random(in: 0...4, using: &random) {
        case 1: return .not(try expression(&random, depth: depth - 1))
        case 2: return .all(try parts(&random))
        case 3: return .any(try parts(&random))
        default: return .conditions(try conditions(&random))
        }
    }

    @Test("Any expression selects the flows that it says, read plainly", arguments: 0..<80 as Range<UInt64>)
    func randomExpressions(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let expression = try expression(&random, depth: 4)
        guard let alternatives = expression.alternatives() else { return }
        let catalog = Self.directory.catalog
        let reference = ReferenceFilter(spec: FilterSpec(), catalog: catalog)
        var expected = Self.flows.indices.filter { reference.meets(expression, Self.flows[$0]) }
        var filter = CompiledFilter(
            FilterSpec(allow: alternatives.isEmpty ? [.none] : alternatives), catalog: catalog)
        var selected: [Int] = []
        filter.select(Self.flows.span, into: &selected)
        #expect(selected == expected, "seed \(seed): \(expression)")
        // And as what is left out.
        filter = CompiledFilter(FilterSpec(deny: alternatives), catalog: catalog)
        selected = []
        filter.select(Self.flows.span, into: &selected)
        expected = Self.flows.indices.filter { !expected.contains($0) }
        #expect(selected == expected, "seed \(seed), denied: \(expression)")
    }
}
