import FlowCatalog
import FlowModel
import SQLiteRuntime
import Testing

@testable import FlowHistory

@Suite("The stored catalog")
struct CatalogStoreTests {
    private static let endpoint = Endpoint(
        id: 7, identity: Identity(rawValue: 12_345), clusterName: "default", namespace: "shop", podName: "frontend-1",
        labels: ["k8s:app=frontend", "k8s:quote=\"\\\u{1}é"],
        workloads: [Workload(name: "frontend", kind: "Deployment")], dnsNames: ["example.com", "www.example.com"])
    private static let rule = RuleReference(
        kind: "CiliumNetworkPolicy", name: "deny", namespace: "shop", direction: .egress, isDeny: true, index: 3,
        labels: ["k8s:io.cilium.k8s.policy.name=deny"])

    private static let cause: RuleReference = {
        let selector = LabelSelector(requirements: [
            LabelRequirement(source: nil, key: "app", condition: .oneOf(["a", "b"])),
            LabelRequirement(source: "k8s", key: "tier", condition: .noneOf(["\"é"])),
            LabelRequirement(source: "reserved", key: "init", condition: .doesNotExist),
        ])
        let peers = [
            PeerSelection.everyone, .nobody, PeerSelection(selectors: [selector]),
            PeerSelection(prefixes: [PrefixPeers(IPPrefix("10.0.0.0/8")!, except: [IPPrefix("10.1.0.0/16")!])]),
            PeerSelection(prefixes: [PrefixPeers(IPPrefix("::/0")!)]),
        ]
        let ports = [PortMatch.Ports.all, .range(80...90), .named("http")]
        let traffic = [TrafficSelection.everything] + ports.map { .only([PortMatch(ipProtocol: .tcp, ports: $0)]) }
        let policy = PolicyName(kind: "NetworkPolicy", namespace: "shop", name: "all")
        let allowances = peers.flatMap { peers in
            traffic.map { DefaultDeny.Allowance(policy: 0, index: 4, peers: peers, traffic: $0) }
        }
        return RuleReference(DefaultDeny(policies: [policy], allowances: allowances), .egress)
    }()

    @Test("gives every name its index again, whatever is in it")
    func roundTrip() throws {
        let store = TemporaryStore()
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(store.settings(), catalog: catalog)
        for number in 1...500 {
            _ = catalog.endpoints.intern(Endpoint(id: UInt32(number), identity: .world, podName: "pod-\(number)"))
            _ = catalog.names.intern("veth\(number)\u{0}")
        }
        let endpoint = catalog.endpoints.intern(Self.endpoint)
        let rule = catalog.rules.intern(Self.rule)
        var revised = Self.rule
        revised.revision = 17
        let (other, cause) = (catalog.rules.intern(revised), catalog.rules.intern(Self.cause))
        let service = catalog.services.intern(ServiceReference(name: "dns", namespace: ""))
        writer.append(likelyFlows(1))
        try writer.close()

        let loaded = FlowCatalog()
        _ = try readAll(store, catalog: loaded)
        #expect(loaded.endpoints.elements() == catalog.endpoints.elements())
        #expect(loaded.names.elements() == catalog.names.elements())
        #expect(loaded.endpoints[endpoint] == Self.endpoint)
        #expect(loaded.rules[rule] == Self.rule)
        #expect(loaded.rules[other] == revised && loaded.rules[cause] == Self.cause)
        #expect(loaded.services[service] == ServiceReference(name: "dns", namespace: ""))
        #expect(loaded.names.intern("next") == UInt32(catalog.names.count))
    }

    @Test("is there for a reader of another process together with the first flow that uses a name")
    func readerFollows() throws {
        let store = TemporaryStore()
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(store.settings { $0.blockFlows = 8 }, catalog: catalog)
        let others = FlowCatalog()
        var reader = try HistoryReader(directory: store.directory, catalog: others)
        var cursor = reader.cursor(order: .ascending)
        for number in 1...30 {
            var flow = likelyFlows(1, from: UInt64(number))[0]
            flow.interfaceName = catalog.names.intern("lxc\(number)")
            writer.append([flow])
            try writer.commit()
            let read = try #require(try reader.next(&cursor))
            #expect(read.map { others.names[$0.interfaceName] } == ["lxc\(number)"])
        }
    }

    @Test("refuses a catalog that has other names at the store's indices")
    func mismatch() throws {
        let store = TemporaryStore()
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(store.settings(), catalog: catalog)
        _ = catalog.names.intern("eth0")
        writer.append(likelyFlows(1))
        try writer.close()
        let used = FlowCatalog()
        _ = used.names.intern("wlan0")
        #expect(throws: HistoryError.catalogMismatch(table: "names", index: 1)) {
            _ = try HistoryWriter(store.settings(), catalog: used)
        }
    }

    @Test("is tried again with the flows when a commit fails")
    func failedCommit() throws {
        let store = TemporaryStore()
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(store.settings { $0.busyTimeout = .zero }, catalog: catalog)
        _ = catalog.names.intern("eth0")
        writer.append(likelyFlows(1))
        try withBusyStore(store, path: store.catalog) { #expect(throws: HistoryError.self) { try writer.commit() } }
        try writer.commit()
        let loaded = FlowCatalog()
        _ = try readAll(store, catalog: loaded)
        #expect(loaded.names.elements() == ["", "eth0"])
    }
}
