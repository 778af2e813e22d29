import FlowCatalog
import FlowModel
import Foundation
import SQLiteRuntime
import Testing

@testable import FlowHistory

@Suite("Retention")
struct HistoryRetentionTests {
    /// Writes likely flows, 10 µs apart, a hundred a commit.
    private func write(_ flows: [Flow], to writer: inout HistoryWriter) throws {
        for start in stride(from: 0, to: flows.count, by: 100) {
            writer.append(flows[start..<min(start + 100, flows.count)])
            try writer.commit()
        }
    }

    @Test("by age removes whole partitions that are older, counts them, and never gives a sequence again")
    func byAge() throws {
        let store = TemporaryStore()
        // A partition is an eighth of the age, so it holds about a hundred flows.
        let settings = store.settings { ($0.blockFlows, $0.maximumAge) = (64, .milliseconds(8)) }
        let flows = likelyFlows(1050)
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        writer.append(loss: LostEvent(place: .flowRing, count: 1, firstNanoseconds: 5, lastNanoseconds: 6))
        try write(flows, to: &writer)
        let firsts = StoreFile.partitions(store.directory)
        #expect(firsts.count > 5)
        let now = Flow.startNanoseconds + 10_500_000
        let ends = firsts.dropFirst() + [1051]
        let expired = zip(firsts, ends).prefix { first, end in
            flows[Int(first) - 1..<Int(end) - 1].allSatisfy { $0.timeNanoseconds < now - 8_000_000 }
        }
        #expect(!expired.isEmpty)
        let then = ContinuousClock.now
        let result = try writer.applyRetention(now: now, at: then)
        let next = try #require(expired.last?.1)
        #expect(result == RetentionResult(partitions: expired.count, flows: next - 1))
        #expect(writer.status.expiredFlows == result.flows)
        #expect(try readAll(store).map(\.sequence) == Array(next...1050))
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.losses() == [])

        // An hour later, which is believed after a partition's period, all is gone, the live partition too.
        #expect(try writer.applyRetention(now: now + 3_600_000_000_000, at: then).partitions == 0)
        try writer.applyRetention(now: now + 3_600_001_000_000, at: then + .milliseconds(1))
        #expect(try readAll(store).isEmpty)
        #expect(writer.status.expiredFlows == 1050)
        #expect(writer.status.blocks == 0)
        try writer.close()
        writer = try HistoryWriter(settings, catalog: FlowCatalog())
        #expect(writer.nextSequence == 1051)
        writer.append(likelyFlows(150, from: 1051))
        try writer.close()
        #expect(try readAll(store).map(\.sequence) == Array(1051...1200))
    }

    @Test("that leaves nothing still knows which sequence is next")
    func nothingLeft() throws {
        let store = TemporaryStore()
        let settings = store.settings { ($0.blockFlows, $0.maximumAge) = (100, .seconds(1)) }
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        writer.append(likelyFlows(300))
        try writer.commit()
        try writer.applyRetention(now: Flow.startNanoseconds + 60_000_000_000)
        try writer.close()
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.extent().flows == 0)
        writer = try HistoryWriter(settings, catalog: FlowCatalog())
        #expect(writer.nextSequence == 301)
    }

    @Test("by size keeps the newest, and holds the files at their limit")
    func bySize() throws {
        let store = TemporaryStore()
        let limit = 8 << 20
        let settings = store.settings { ($0.maximumBytes, $0.checkpointBytes) = (UInt64(limit), 1 << 18) }
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        var random = SeededGenerator(seed: 2)
        for _ in 0..<24 {
            writer.append((0..<4096).map { Flow.wild(writer.nextSequence + $0, &random) })
            try writer.commit()
            while try writer.applyRetention(now: 0).hasMore {}
        }
        writer.checkpointer.finish()
        let sequences = try readAll(store).map(\.sequence)
        #expect(sequences.last == 24 * 4096)
        #expect(sequences.count > 4096 * 4)
        #expect(sequences == Array((sequences.first ?? 0)...24 * 4096))
        #expect(writer.status.expiredFlows + UInt64(sequences.count) == 24 * 4096)
        #expect(writer.status.bytes <= limit)
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.integrityCheck() == [])
    }

    @Test("leaves others the room on the disk that they are promised, and keeps the newest partition all the same")
    func byFreeSpace() throws {
        let store = TemporaryStore()
        let settings = store.settings {
            ($0.blockFlows, $0.partitionPeriod, $0.minimumFreeBytes) = (64, .milliseconds(1), .max)
        }
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        try write(likelyFlows(1000), to: &writer)
        let newest = try #require(StoreFile.partitions(store.directory).last)
        while try writer.applyRetention(now: 0).hasMore {}
        #expect(try readAll(store).map(\.sequence) == Array(newest...1000))
    }

    @Test("that was interrupted leaves nothing after the next start: no log without its file, no row without one")
    func interrupted() throws {
        let store = TemporaryStore()
        let settings = store.settings { ($0.blockFlows, $0.partitionPeriod) = (64, .milliseconds(1)) }
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        try write(likelyFlows(1000), to: &writer)
        try writer.close()
        let gone = StoreFile.partitionPath(store.directory, 1)
        let newest = store.database
        try FileManager.default.removeItem(atPath: gone)
        for path in [gone + "-wal", gone + "-shm", gone + "-journal", newest + "-other"] {
            try Data("left".utf8).write(to: URL(filePath: path))
        }
        try HistoryWriter(settings, catalog: FlowCatalog()).close()
        let left = try FileManager.default.contentsOfDirectory(atPath: store.directory)
        #expect(left.allSatisfy { $0.hasSuffix(".sqlite") || $0 == "writer.lock" || newest.hasSuffix($0.dropLast(6)) })
        let catalog = try Connection(path: store.catalog, mode: .readOnly, busyTimeout: .zero)
        let firsts = StoreFile.partitions(store.directory)
        #expect(try catalog.integer("SELECT count(*) FROM partitions") == Int64(firsts.count - 1))
        #expect(try catalog.integer("SELECT min(first_sequence) FROM partitions") == Int64(firsts[0]))
    }

    @Test("takes nothing from a reader that has the file open")
    func openReader() throws {
        let store = TemporaryStore()
        let settings = store.settings { ($0.blockFlows, $0.partitionPeriod) = (64, .milliseconds(20)) }
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        writer.append(likelyFlows(600))
        try writer.commit()
        var reader = try HistoryReader(directory: store.directory)
        var cursor = reader.cursor(order: .ascending)
        var sequences = try #require(try reader.next(&cursor)).map(\.sequence)
        try write(likelyFlows(3000, from: 601), to: &writer)
        writer.checkpointer.finish()
        StoreFile.remove(StoreFile.partitionPath(store.directory, 1))
        // The blocks of the removed file, and then what is left.
        sequences += try readAll(&reader, &cursor).map(\.sequence)
        #expect(sequences.prefix(600) == Array(1...600)[...])
        #expect(sequences.last == 3600)
        #expect(sequences == sequences.sorted())
    }

    @Test("meets no error where a file vanishes under a reader that has seen its name")
    func vanished() throws {
        let store = TemporaryStore()
        let settings = store.settings { ($0.blockFlows, $0.partitionPeriod) = (64, .milliseconds(1)) }
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        try write(likelyFlows(1000), to: &writer)
        var reader = try HistoryReader(directory: store.directory)
        try reader.look()
        let firsts = StoreFile.partitions(store.directory)
        StoreFile.remove(StoreFile.partitionPath(store.directory, firsts[2]))
        let expected = (1...1000).filter { !(firsts[2]..<firsts[3]).contains($0) }
        for order in [HistoryCursor.Order.ascending, .descending] {
            var cursor = reader.cursor(order: order)
            #expect(try readAll(&reader, &cursor).map(\.sequence).sorted() == expected)
        }
    }
}
