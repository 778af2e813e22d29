import FlowCatalog
import FlowModel
import Manifests
import Testing

@testable import Directory

/// Changes of single pods against a directory that is made afresh from the same pods.
@Suite struct DirectoryChangeTests {
    private static let seed: UInt64 = 0x5eed_0002
    private let catalog = FlowCatalog()

    private func directory() -> Directory {
        Directory(catalog: catalog, nodeName: "node-a", nodeAddresses: ["10.0.0.9"])
    }

    private func pod(_ name: String, _ address: String, app: String = "web", node: String = "node-b") -> String {
        podYAML(name, labels: "app: \(app)", address: address, extra: "nodeName: \(node)")
    }

    private func documents(_ texts: String...) -> [ManifestDocument] { manifests(texts.joined()).documents }

    @Test("Whatever pods come, go and change in whatever order, look-ups are those of a directory made afresh")
    func agreesWithRebuild() throws {
        var generator = SplitMix(state: Self.seed)
        var pods: [String: String] = [:]
        for number in 0..<40 { pods["p\(number)"] = pod("p\(number)", "10.1.0.\(number)", app: "app-\(number % 4)") }
        var directory = directory()
        directory.addressNames = ["10.1.0.50": ["a.example"]]
        var snapshot = directory.update(manifests(pods.values.joined())).snapshot
        var followed = 0
        for step in 0..<250 {
            let before = pods
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let name = "p\(Int.random(in: 0..<60, using: &generator))"
                let address = "10.1.0.\(Int.random(in: 0..<200, using: &generator))"
                let app = "app-\(Int.random(in: 0..<4, using: &generator))"
                pods[name] = Bool.random(using: &generator) ? nil : pod(name, address, app: app)
            }
            let changed = Set(before.keys).union(pods.keys).sorted().filter { before[$0] != pods[$0] }
            let change = directory.apply(
                removed: changed.compactMap { before[$0] }.flatMap { documents($0) },
                added: changed.compactMap { pods[$0] }.flatMap { documents($0) })
            let all = manifests(pods.sorted { $0.key < $1.key }.map(\.value).joined())
            if change != nil { followed += 1 }
            snapshot = change?.snapshot ?? directory.update(all).snapshot
            guard step % 5 == 0 else { continue }
            var afresh = directory
            let expected = afresh.update(all).snapshot
            for number in 0..<256 {
                let address = try #require(IPAddress("10.1.0.\(number)"))
                try #require(
                    snapshot.name(of: address) == expected.name(of: address),
                    "seed \(Self.seed), step \(step), \(address)")
            }
        }
        #expect(followed > 50)
    }

    @Test("A change is found in the snapshot before it, too, and the kernel is told of what changed only")
    func changesInPlace() throws {
        var directory = directory()
        let old = directory.update(manifests(pod("a", "10.1.0.1") + pod("b", "10.1.0.2", app: "db"))).snapshot
        let nameOfB = old.name(of: "10.1.0.2")
        let followed = directory.apply(
            removed: documents(pod("a", "10.1.0.1"), pod("b", "10.1.0.2", app: "db")),
            added: documents(pod("b", "10.1.0.1", app: "db")))
        let change = try #require(followed)
        for snapshot in [change.snapshot, old] {
            #expect(snapshot.name(of: "10.1.0.1") == nameOfB)
            #expect(snapshot.name(of: "10.1.0.2").identity == Identity.world.rawValue)
        }
        #expect(change.addresses.map(\.prefix) == [.host("10.1.0.1")])
        #expect(change.addresses.map(\.identity.rawValue) == [nameOfB.identity])
        #expect(change.removed == [.host("10.1.0.2")])
    }

    @Test("More pods than the table has room for are all found")
    func outgrowsTable() throws {
        var directory = directory()
        _ = directory.update(manifests(pod("a", "10.1.0.1")))
        for number in 2..<200 {
            let followed = directory.apply(removed: [], added: documents(pod("p\(number)", "10.1.0.\(number)")))
            let change = try #require(followed)
            for earlier in 1...number {
                let address = try #require(IPAddress("10.1.0.\(earlier)"))
                #expect(change.snapshot.name(of: address).unknown == .none, "\(address) after \(number)")
            }
        }
    }

    @Test("A pod that comes counts as an addition, one that goes or only changes does not")
    func additions() {
        var directory = directory()
        let first = directory.update(manifests(pod("a", "10.1.0.1") + pod("b", "10.1.0.2", app: "db"))).snapshot
        let came = directory.apply(removed: [], added: documents(pod("c", "10.1.0.3")))
        #expect(came?.snapshot.additions == first.additions + 1)
        let changed = directory.apply(
            removed: documents(pod("c", "10.1.0.3")), added: documents(pod("c", "10.1.0.3", app: "db")))
        #expect(changed?.snapshot.additions == first.additions + 1)
        let went = directory.apply(removed: documents(pod("a", "10.1.0.1")), added: [])
        #expect(went?.snapshot.additions == first.additions + 1)
    }

    @Test(
        "What needs more than names of addresses is left to an update, and changes nothing",
        arguments: [
            ("10.1.0.3", "web", "node-a"), ("10.1.0.3", "new", "node-b"), ("10.0.0.9", "web", "node-b"),
            ("10.1.0.1", "web", "node-b"), ("10.1.0.50", "web", "node-b"), ("no address", "web", "node-b"),
        ])
    func needsUpdate(address: String, app: String, node: String) {
        var directory = directory()
        directory.addressNames = ["10.1.0.50": ["a.example"]]
        _ = directory.update(manifests(pod("a", "10.1.0.1")))
        let intricate = directory.apply(removed: [], added: documents(pod("b", address, app: app, node: node)))
        #expect(intricate == nil)
        let unknown = directory.apply(removed: documents(pod("z", "10.1.0.8")), added: [])
        #expect(unknown == nil)
        let plain = directory.apply(removed: [], added: documents(pod("b", "10.1.0.4")))
        #expect(plain != nil)
    }
}
