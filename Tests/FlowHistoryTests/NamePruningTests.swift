import FlowCatalog
import FlowModel
import Foundation
import SQLiteRuntime
import Testing

@testable import FlowHistory

@Suite("Names that no flow uses any more")
struct NamePruningTests {
    private let store = TemporaryStore()

    private func open(_ catalog: FlowCatalog = FlowCatalog()) throws -> HistoryWriter {
        try HistoryWriter(
            store.settings { ($0.blockFlows, $0.partitionPeriod) = (64, .seconds(1 << 32)) }, catalog: catalog)
    }

    /// A partition of flows, each of a pod of its own, with its interface, its service and its rule.
    private func write(_ pods: Range<Int>, _ writer: inout HistoryWriter, _ catalog: FlowCatalog) throws {
        for pod in pods {
            var flow = likelyFlows(1, from: writer.nextSequence)[0]
            flow.sourceEndpoint = catalog.endpoints.intern(Self.endpoint(pod))
            flow.destinationEndpoint = 0
            flow.interfaceName = catalog.names.intern("lxc\(pod)")
            flow.sourceService = catalog.services.intern(ServiceReference(name: "service-\(pod)", namespace: "shop"))
            flow.rule = catalog.rules.intern(Self.rule(pod))
            writer.append([flow])
        }
        try writer.beginPartition()
    }

    private static func endpoint(_ pod: Int) -> Endpoint {
        Endpoint(id: UInt32(pod), identity: .world, namespace: "shop", podName: "pod-\(pod)", labels: ["k8s:app=a"])
    }

    private static func rule(_ pod: Int) -> RuleReference {
        RuleReference(
            kind: "NetworkPolicy", name: "rule-\(pod)", namespace: "shop", direction: .egress, isDeny: false, index: 0,
            labels: [])
    }

    /// What a reader of another process finds: the flows' sequences, and those of another name than they were written with.
    private func read(firstSequence: Int) throws -> (flows: [UInt64], misnamed: [UInt64], damage: [String]) {
        let catalog = FlowCatalog()
        var reader = try HistoryReader(directory: store.directory, catalog: catalog)
        var cursor = reader.cursor(order: .ascending)
        let flows = try readAll(&reader, &cursor)
        let misnamed = flows.filter { flow in
            let pod = Int(flow.sequence) - firstSequence
            return catalog.endpoints[flow.sourceEndpoint] != Self.endpoint(pod)
                || catalog.names[flow.interfaceName] != "lxc\(pod)"
                || catalog.services[flow.sourceService]?.name != "service-\(pod)"
                || catalog.rules[flow.rule] != Self.rule(pod) || flow.unknownNames.source != .none
        }
        return (
            flows.map(\.sequence), misnamed.map(\.sequence), reader.damage.descriptions + cursor.damage.descriptions
        )
    }

    private func removeOldest(_ count: Int, _ writer: inout HistoryWriter) throws {
        writer.checkpointer.finish()
        for _ in 0..<count { _ = try writer.remove(try #require(writer.sealed.first)) }
    }

    private func rows(_ table: String) throws -> Int64 {
        let connection = try Connection(path: store.catalog, mode: .readOnly, busyTimeout: .zero)
        return try connection.integer("SELECT count(*) FROM \(table)") ?? 0
    }

    @Test("are gone after the next opening, and those of the flows that are left stay, whatever they are names of")
    func pruned() throws {
        let catalog = FlowCatalog()
        var writer = try open(catalog)
        for first in stride(from: 0, to: 6_000, by: 500) { try write(first..<first + 500, &writer, catalog) }
        try removeOldest(11, &writer)
        try writer.close()
        let bytes = DiskSpace.bytes(of: store.catalog)

        writer = try open()
        #expect(writer.prunedNames == NamePruningResult(deleted: 4 * 5_500))
        try writer.close()
        for table in ["endpoints", "services", "rules", "names"] { #expect(try rows(table) == 500) }
        #expect(DiskSpace.bytes(of: store.catalog) < bytes / 4, "the file is smaller, too")
        let found = try read(firstSequence: 1)
        #expect(found.flows == Array(5_501...6_000))
        #expect(found.misnamed == [] && found.damage == [])
        var reader = try HistoryReader(directory: store.directory)
        let names = try reader.report().names
        let counts: [Int] = [names.endpoints, names.services, names.rules, names.others]
        #expect(counts == [500, 500, 500, 500])
        #expect(names.pruned == 4 * 5_500)
    }

    @Test("leave their indices empty: no other name gets one, and the same name gets a new one")
    func indicesStayEmpty() throws {
        var catalog = FlowCatalog()
        var writer = try open(catalog)
        for first in [0, 100, 200] { try write(first..<first + 100, &writer, catalog) }
        try removeOldest(2, &writer)
        try writer.close()
        for _ in 0..<2 {
            catalog = FlowCatalog()
            writer = try open(catalog)
            #expect(catalog.endpoints.count == 301)
            #expect(catalog.endpoints.intern(Self.endpoint(250)) == 251)
            try writer.close()
        }
        catalog = FlowCatalog()
        writer = try open(catalog)
        try write(300..<301, &writer, catalog)
        #expect(catalog.endpoints.intern(Self.endpoint(7)) == 302)
        try writer.close()
        #expect(try read(firstSequence: 1).misnamed == [])
    }

    @Test("stay when all flows are gone and only the last name says how many there were")
    func lastOne() throws {
        let catalog = FlowCatalog()
        var writer = try open(catalog)
        try write(0..<50, &writer, catalog)
        try removeOldest(1, &writer)
        try writer.close()
        writer = try open()
        #expect(writer.prunedNames.deleted == 4 * 49)
        try writer.close()
        let again = FlowCatalog()
        writer = try open(again)
        #expect(writer.prunedNames == NamePruningResult())
        #expect(again.endpoints.intern(Self.endpoint(99)) == 51)
        try writer.close()
    }

    @Test("go in several openings where they are many, and none is taken for damage in between")
    func bounded() throws {
        let catalog = FlowCatalog()
        var writer = try open(catalog)
        for first in [0, 300] { try write(first..<first + 300, &writer, catalog) }
        try removeOldest(1, &writer)
        try writer.close()
        for expected in [500, 500, 200, 0] {
            do {
                let connection = try StoreFile.openForWriting(store.catalog, .catalog, store.settings())
                var damage = StoreDamage()
                let summaries = try PartitionSummary.load(connection, store.catalog, &damage)
                var used = UsedNames(try CatalogCounts(stored: connection))
                for summary in summaries.values { used.add(summary.knownSets) }
                #expect(try NamePruning.run(used, connection, most: 500) == expected)
            }
            let found = try read(firstSequence: 1)
            #expect(found.flows == Array(301...600))
            #expect(found.misnamed == [] && found.damage == [])
        }
    }

    @Test("stay while one partition cannot be read, or does not say what it holds")
    func unknownUse() throws {
        let catalog = FlowCatalog()
        var writer = try open(catalog)
        for first in [0, 100, 200] { try write(first..<first + 100, &writer, catalog) }
        try removeOldest(1, &writer)
        try writer.close()
        let path = StoreFile.partitionPath(store.directory, 101)
        let whole = try Data(contentsOf: URL(filePath: path))
        do {
            let connection = try Connection(path: store.catalog, mode: .readWrite, busyTimeout: .zero)
            try connection.execute("DELETE FROM partitions WHERE first_sequence = 101")
        }
        try Data(repeating: 7, count: whole.count).write(to: URL(filePath: path))
        writer = try open()
        #expect(writer.prunedNames.deleted == 0)
        #expect(writer.prunedNames.obstacle?.contains("flows-00000000000000000101.sqlite cannot be read") == true)
        try writer.close()

        try whole.write(to: URL(filePath: path))
        do {
            let connection = try Connection(path: path, mode: .readWrite, busyTimeout: .zero)
            try connection.execute("UPDATE blocks SET sets = zeroblob(9) WHERE first_sequence = 101")
        }
        writer = try open()
        #expect(writer.prunedNames == NamePruningResult())
        try writer.close()
        #expect(try rows("endpoints") == 300)
    }

    @Test("of interfaces stay while a partition is there that an older version wrote")
    func olderSets() throws {
        let catalog = FlowCatalog()
        var writer = try open(catalog)
        for first in [0, 100] { try write(first..<first + 100, &writer, catalog) }
        try removeOldest(1, &writer)
        try writer.close()
        do {
            let connection = try Connection(path: store.catalog, mode: .readWrite, busyTimeout: .zero)
            try CheckedTable.define(connection)
            var damage = StoreDamage()
            var summary = try #require(try PartitionSummary.load(connection, store.catalog, &damage)[101])
            summary.sets = summary.knownSets
            summary.sets.members[BlockSets.Member.otherName.rawValue] = nil
            try summary.store(connection)
        }
        try open().close()
        #expect(try rows("endpoints") == 100)
        #expect(try rows("names") == 200)
    }

    @Test("are not deleted where others know the catalog's indices already")
    func usedCatalog() throws {
        let catalog = FlowCatalog()
        var writer = try open(catalog)
        for first in [0, 100] { try write(first..<first + 100, &writer, catalog) }
        try removeOldest(1, &writer)
        try writer.close()
        try open(catalog).close()
        #expect(try rows("endpoints") == 200)
    }

    @Test("whose record is damaged are told as missing, and forgotten again by the next opening")
    func damagedRecord() throws {
        let catalog = FlowCatalog()
        var writer = try open(catalog)
        for first in [0, 100] { try write(first..<first + 100, &writer, catalog) }
        try removeOldest(1, &writer)
        try writer.close()
        try open().close()
        do {
            let connection = try Connection(path: store.catalog, mode: .readWrite, busyTimeout: .zero)
            try connection.execute("UPDATE meta SET value = '1-99' WHERE key = 'pruned_endpoints'")
        }
        #expect(try read(firstSequence: 1).damage.count == 100)
        try open().close()
        let found = try read(firstSequence: 1)
        #expect(found.flows == Array(101...200))
        #expect(found.misnamed == [] && found.damage == [])
    }

    @Test("are told as ranges, and what is none is refused")
    func text() {
        let ranges: [ClosedRange<UInt32>] = [1...40, 42...42, 50...(.max)]
        #expect(PrunedNames.text(ranges) == "1-40 42 50-4294967295")
        #expect(PrunedNames.ranges(PrunedNames.text(ranges)) == ranges)
        for text in ["0", "5-4", "3-9 9", "1-2-3", "-", "x", "4294967296", "1-"] {
            #expect(PrunedNames.ranges(text) == nil, "\(text)")
        }
    }
}
