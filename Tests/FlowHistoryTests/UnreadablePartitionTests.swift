import FlowCatalog
import FlowModel
import Foundation
import SQLiteRuntime
import Testing

@testable import FlowHistory

@Suite("A partition that cannot be read")
struct UnreadablePartitionTests {
    private let store = TemporaryStore()
    private let flows = likelyFlows(500)

    /// Five partitions, the second of which is damaged and not in the catalog.
    private func fill(damage: (String) throws -> Void) throws {
        var writer = try HistoryWriter(store.settings { $0.blockFlows = 64 }, catalog: FlowCatalog())
        for start in stride(from: 0, to: 500, by: 100) {
            writer.append(flows[start..<start + 100])
            try writer.commit()
            if start < 400 { try writer.beginPartition() }
        }
        try writer.close()
        let connection = try Connection(path: store.catalog, mode: .readWrite, busyTimeout: .zero)
        try connection.execute("DELETE FROM partitions WHERE first_sequence = 101")
        try damage(StoreFile.partitionPath(store.directory, 101))
    }

    private static func overwrite(_ path: String) throws {
        let size = try Data(contentsOf: URL(filePath: path)).count
        try Data(repeating: 0x5a, count: size).write(to: URL(filePath: path))
    }

    /// Keeps the header, so that SQLite opens it.
    private static func overwritePages(_ path: String) throws {
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes.replaceSubrange(StoreFile.pageBytes..<bytes.count, with: Data(count: bytes.count - StoreFile.pageBytes))
        try bytes.write(to: URL(filePath: path))
    }

    private static func empty(_ path: String) throws { try Data().write(to: URL(filePath: path)) }

    private static let damages: [@Sendable (String) throws -> Void] = [overwrite, overwritePages, empty]

    @Test(
        "does not keep a writer from opening the store, which says so and goes on behind the others", arguments: 0..<3)
    func opens(kind: Int) throws {
        try fill(damage: Self.damages[kind])
        var writer = try HistoryWriter(store.settings { $0.blockFlows = 64 }, catalog: FlowCatalog())
        let path = StoreFile.partitionPath(store.directory, 101)
        #expect(Array(writer.damage.files.keys) == [path])
        #expect(writer.nextSequence == 501)
        writer.append(likelyFlows(10, from: 501))
        try writer.commit()
        var reader = try HistoryReader(directory: store.directory)
        var cursor = reader.cursor(order: .ascending)
        #expect(try readAll(&reader, &cursor).map(\.sequence) == Array(1...100) + Array(201...510))
        #expect(cursor.damagedBlocks == 1)
        #expect(cursor.damage.files[path] != nil)
        try writer.close()
    }

    @Test(
        "does not keep a writer from opening the store where it is the newest, and no sequence is given again",
        arguments: [0, 1])
    func newest(kind: Int) throws {
        var writer = try HistoryWriter(store.settings { $0.blockFlows = 64 }, catalog: FlowCatalog())
        for start in [0, 100] {
            writer.append(flows[start..<start + 100])
            try writer.commit()
            if start == 0 { try writer.beginPartition() }
        }
        try writer.close()
        let path = StoreFile.partitionPath(store.directory, 101)
        try Self.damages[kind](path)
        for opening in 0..<2 as Range<UInt64> {
            var writer = try HistoryWriter(store.settings { $0.blockFlows = 64 }, catalog: FlowCatalog())
            #expect(Array(writer.damage.files.keys) == [path])
            let next = writer.nextSequence
            #expect(opening == 0 ? next > 1 << 39 : next % 1_000 == 786)
            writer.append(likelyFlows(10, from: next))
            try writer.commit()
            try writer.close()
        }
        var reader = try HistoryReader(directory: store.directory)
        var cursor = reader.cursor(order: .ascending)
        let found = try readAll(&reader, &cursor).map(\.sequence)
        #expect(found.count == 120 && found.prefix(100) == Array(1...100)[...])
        #expect(found == found.sorted() && Set(found).count == 120)
        #expect(cursor.damage.files[path] != nil && cursor.damagedBlocks == 1)
    }

    @Test("stays until the partition after it is too old, and goes with it")
    func retention() throws {
        try fill(damage: Self.overwrite)
        var writer = try HistoryWriter(
            store.settings { ($0.blockFlows, $0.maximumAge) = (64, .seconds(8)) }, catalog: FlowCatalog())
        let moment = ContinuousClock.now
        func apply(_ writer: inout HistoryWriter, _ seconds: UInt64, after: Duration) throws -> Int {
            let now = Flow.startNanoseconds + seconds * 1_000_000_000
            return try writer.applyRetention(now: now, at: moment + after).partitions
        }
        #expect(try apply(&writer, 5, after: .zero) == 0)
        #expect(StoreFile.partitions(store.directory) == [1, 101, 201, 301, 401])
        #expect(try apply(&writer, 60, after: .seconds(1)) == 0)
        #expect(try apply(&writer, 60, after: .seconds(3)) > 3)
        #expect(StoreFile.partitions(store.directory) == [501])
        try writer.close()
    }

    @Test("is left as it is by a compaction, which makes one of its neighbours at either side")
    func compaction() throws {
        try fill(damage: Self.overwrite)
        var writer = try HistoryWriter(
            store.settings { ($0.blockFlows, $0.partitionPeriod) = (64, .seconds(60)) }, catalog: FlowCatalog())
        var runs: [CompactedRun] = []
        try writer.compact { runs.append($0) }
        try writer.close()
        #expect(runs.map(\.files.count) == [2])
        #expect(StoreFile.partitions(store.directory) == [1, 101, 201, 401])
    }

    @Test("that the catalog still knows does not end a compaction of the others")
    func knownToTheCatalog() throws {
        try fill(damage: Self.overwrite)
        do {
            let connection = try Connection(path: store.catalog, mode: .readWrite, busyTimeout: .zero)
            var summary = PartitionSummary(firstSequence: 101)
            (summary.lastSequence, summary.flows, summary.blocks) = (200, 100, 2)
            (summary.minimumTime, summary.maximumTime) = (flows[100].timeNanoseconds, flows[199].timeNanoseconds)
            try summary.store(connection)
        }
        var writer = try HistoryWriter(
            store.settings { ($0.blockFlows, $0.partitionPeriod) = (64, .seconds(60)) }, catalog: FlowCatalog())
        var runs: [CompactedRun] = []
        try writer.compact { runs.append($0) }
        try writer.close()
        #expect(runs.count == 1)
        #expect(runs.first?.obstacle?.contains("flows-00000000000000000101.sqlite cannot be read") == true)
    }
}
