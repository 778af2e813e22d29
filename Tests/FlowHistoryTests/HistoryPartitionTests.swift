import FlowCatalog
import FlowModel
import Foundation
import SQLiteRuntime
import Testing

@testable import FlowHistory

@Suite("Partitions of history")
struct HistoryPartitionTests {
    private let store = TemporaryStore()
    private let flows = likelyFlows(3000)

    private func writer(_ change: (inout HistorySettings) -> Void = { _ in }) throws -> HistoryWriter {
        let settings = store.settings { settings in
            (settings.blockFlows, settings.partitionPeriod) = (64, .milliseconds(3))
            change(&settings)
        }
        return try HistoryWriter(settings, catalog: FlowCatalog())
    }

    private func write(_ part: Range<Int>, to writer: inout HistoryWriter) throws {
        for start in stride(from: part.lowerBound, to: part.upperBound, by: 37) {
            writer.append(flows[start..<min(start + 37, part.upperBound)])
            try writer.commit()
        }
    }

    @Test("are one sequence in both directions, over restarts, whatever the edges")
    func oneSequence() throws {
        for part in [0..<10, 10..<900, 900..<901, 901..<3000] {
            var writer = try writer()
            try write(part, to: &writer)
            try writer.close()
        }
        #expect(StoreFile.partitions(store.directory).count > 5)
        #expect(try readAll(store).map(\.fields) == flows.map(\.fields))
        var reader = try HistoryReader(directory: store.directory)
        var down = reader.cursor(order: .descending, sequences: 400...2000)
        #expect(try readAll(&reader, &down).map(\.sequence) == (400...2000).reversed())
        #expect(try reader.extent().flows == 3000)
        #expect(try reader.integrityCheck() == [])
    }

    @Test("that are sealed are one plain file each, and are opened only by queries that they can answer")
    func sealed() throws {
        var writer = try writer()
        try write(0..<3000, to: &writer)
        try writer.close()
        for first in StoreFile.partitions(store.directory).dropLast() {
            let path = StoreFile.partitionPath(store.directory, first)
            let connection = try Connection(path: path, mode: .readOnly, busyTimeout: .zero)
            #expect(try connection.text("PRAGMA journal_mode") == "delete")
            #expect(try connection.integer("SELECT count(*) FROM tail") == 0)
            // Nobody may look into it now.
            try Data("nothing".utf8).write(to: URL(filePath: path))
        }
        var reader = try HistoryReader(directory: store.directory)
        var cursor = reader.cursor(order: .ascending, filter: .verdicts(.audit))
        #expect(try readAll(&reader, &cursor).isEmpty)
        var later = reader.cursor(order: .descending, times: (flows.last!.timeNanoseconds - 10_000)...(.max))
        #expect(try readAll(&reader, &later).map(\.sequence).contains(3000))
        var all = reader.cursor(order: .ascending)
        let rest = try readAll(&reader, &all)
        #expect(!rest.isEmpty && rest.count + all.damagedFlows == 3000)
        #expect(all.damage.files.count == StoreFile.partitions(store.directory).count - 1)
    }

    @Test("that somebody read while they were sealed are plain files after the next start")
    func sealedBesideReader() throws {
        let first = StoreFile.partitionPath(store.directory, 1)
        do {
            var writer = try writer()
            try write(0..<100, to: &writer)
            let reader = try PartitionReader(first, firstSequence: 1)
            var damage = StoreDamage()
            _ = try reader.summary(&damage)
            try write(100..<1000, to: &writer)
            writer.checkpointer.finish()
            #expect(StoreFile.exists(first + "-wal"))
            _ = try reader.summary(&damage)
        }
        #expect(StoreFile.exists(first + "-wal"))
        try writer().close()
        #expect(!StoreFile.exists(first + "-wal"))
        #expect(try readAll(store).map(\.sequence) == Array(1...1000))
    }

    @Test("are sealed after a crash that came before")
    func sealedLater() throws {
        var writer = try writer()
        try write(0..<3000, to: &writer)
        try writer.close()
        try Connection(path: store.catalog, mode: .readWrite, busyTimeout: .zero).execute("DELETE FROM partitions")
        try self.writer().close()
        let catalog = try Connection(path: store.catalog, mode: .readOnly, busyTimeout: .zero)
        let count = StoreFile.partitions(store.directory).count
        #expect(try catalog.integer("SELECT count(*) FROM partitions") == Int64(count - 1))
        #expect(try catalog.integer("SELECT sum(flow_count) FROM partitions") ?? 0 > 2000)
        #expect(try readAll(store).map(\.sequence) == Array(1...3000))
    }

    @Test("begin anew where a crash left one that has no schema yet")
    func emptyFile() throws {
        var writer = try writer()
        try write(0..<500, to: &writer)
        try writer.close()
        try Data().write(to: URL(filePath: StoreFile.partitionPath(store.directory, 501)))
        #expect(try readAll(store).map(\.sequence) == Array(1...500))
        writer = try self.writer()
        #expect(writer.nextSequence == 501)
        try write(500..<600, to: &writer)
        try writer.close()
        #expect(try readAll(store).map(\.sequence) == Array(1...600))
    }

    @Test("number few though clocks jump back and forth")
    func jumpingClocks() throws {
        var random = SeededGenerator(seed: 3)
        var writer = try writer { $0.partitionPeriod = .seconds(60) }
        for number in 1...400 {
            writer.append([Flow.wild(UInt64(number), &random)])
            try writer.commit()
        }
        #expect(StoreFile.partitions(store.directory).count < 20)
        #expect(try readAll(store).map(\.sequence) == Array(1...400))
    }

    @Test("hold the drops of their blocks once more, and a query for drops reads those alone", arguments: [1, 16, 64])
    func drops(oneIn share: Int) throws {
        var random = SeededGenerator(seed: 4)
        let mixed = flows.map { flow in
            var flow = flow
            // A stretch in which nearly all is dropped is in the midst.
            let isDropped = (1200..<1500).contains(flow.sequence) || Int.random(in: 0..<share * 2, using: &random) == 0
            flow.verdict = isDropped ? .dropped : .forwarded
            return flow
        }
        var writer = try HistoryWriter(
            store.settings { ($0.blockFlows, $0.partitionPeriod) = (64, .milliseconds(8)) }, catalog: FlowCatalog())
        let dropped = mixed.filter { $0.verdict == .dropped }.map(\.sequence)
        var read: [UInt64] = []
        var reader = try HistoryReader(directory: store.directory)
        var following = reader.cursor(order: .ascending, filter: .verdicts(.dropped))
        for start in stride(from: 0, to: mixed.count, by: 37) {
            writer.append(mixed[start..<min(start + 37, mixed.count)])
            try writer.commit()
            read += try readAll(&reader, &following).map(\.sequence)
            guard start % 5 == 0 else { continue }
            var newest = reader.cursor(order: .descending, filter: .verdicts(.dropped))
            let expected = dropped.filter { $0 <= writer.nextSequence - 1 }
            #expect(try readAll(&reader, &newest).map(\.sequence) == expected.reversed())
            if start % 4 == 0 {
                try writer.close()
                writer = try HistoryWriter(
                    store.settings { ($0.blockFlows, $0.partitionPeriod) = (64, .milliseconds(8)) },
                    catalog: FlowCatalog())
            }
        }
        #expect(read == dropped)
        try writer.close()
        #expect(try reader.integrityCheck() == [])
    }
}
