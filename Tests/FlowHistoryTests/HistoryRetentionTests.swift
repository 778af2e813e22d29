import FlowCatalog
import FlowModel
import Foundation
import Testing

@testable import FlowHistory

@Suite("Retention")
struct HistoryRetentionTests {
    @Test("by age deletes whole blocks that are older, counts them, and never gives a sequence again")
    func byAge() throws {
        let store = TemporaryStore()
        let settings = store.settings { ($0.blockFlows, $0.maximumAge) = (100, .milliseconds(5)) }
        let flows = likelyFlows(1050)
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        writer.append(loss: LostEvent(place: .flowRing, count: 1, firstNanoseconds: 5, lastNanoseconds: 6))
        writer.append(flows)
        try writer.commit()
        let now = Flow.startNanoseconds + 10_500_000
        let cutoff = now - 5_000_000
        let result = try writer.applyRetention(now: now)
        let blocks = stride(from: 0, to: 1000, by: 100).map { flows[$0..<$0 + 100] }
        let kept = blocks.drop { $0.allSatisfy { $0.timeNanoseconds < cutoff } }
        #expect(result == RetentionResult(blocks: 10 - kept.count, flows: UInt64(10 - kept.count) * 100))
        #expect(writer.status.expiredFlows == result.flows)
        #expect(writer.status.blocks == UInt64(kept.count))
        #expect(try readAll(store).map(\.sequence) == kept.joined().map(\.sequence) + Array(1001...1050))
        #expect(try HistoryReader(directory: store.directory).losses() == [])

        // An hour later all is gone, the tail too.
        try writer.applyRetention(now: now + 3_600_000_000_000)
        #expect(try readAll(store).isEmpty)
        #expect(writer.status.expiredFlows == 1050)
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
        let reader = try HistoryReader(directory: store.directory)
        #expect(try reader.extent().flows == 0)
        writer = try HistoryWriter(settings, catalog: FlowCatalog())
        #expect(writer.nextSequence == 301)
    }

    @Test("of the tail's older part leaves the rest to become a block")
    func tailByAge() throws {
        let store = TemporaryStore()
        let settings = store.settings { ($0.blockFlows, $0.maximumAge) = (100, .seconds(1)) }
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        for number in 1...60 {
            var flow = likelyFlows(1, from: UInt64(number))[0]
            flow.timeNanoseconds = UInt64(number) * 100_000_000
            writer.append([flow])
            try writer.commit()
        }
        try writer.applyRetention(now: 4_000_000_000)
        #expect(try readAll(store).map(\.sequence) == Array(30...60))
        writer.append(likelyFlows(100, from: 61))
        try writer.commit()
        #expect(writer.status.blocks == 1)
        #expect(try readAll(store).map(\.sequence) == Array(30...160))
    }

    @Test("by size keeps the newest, uses the pages again, and holds the file at its limit")
    func bySize() throws {
        let store = TemporaryStore()
        let limit = 4 << 20
        let settings = store.settings { ($0.maximumBytes, $0.checkpointBytes) = (UInt64(limit), 1 << 18) }
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        var random = SeededGenerator(seed: 2)
        for _ in 0..<12 {
            writer.append((0..<4096).map { Flow.wild(writer.nextSequence + $0, &random) })
            try writer.commit()
            while try writer.applyRetention(now: 0).hasMore {}
        }
        writer.checkpointer.finish()
        let sequences = try readAll(store).map(\.sequence)
        #expect(sequences.last == 12 * 4096)
        #expect(sequences.count > 4096 * 2)
        #expect(sequences == Array((sequences.first ?? 0)...12 * 4096))
        #expect(writer.status.expiredFlows + UInt64(sequences.count) == 12 * 4096)
        #expect(writer.status.bytes <= limit)
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.integrityCheck() == [])
    }

    @Test("gives the file's room back when the limit is lowered")
    func lowered() throws {
        let store = TemporaryStore()
        var random = SeededGenerator(seed: 2)
        var writer = try HistoryWriter(store.settings(), catalog: FlowCatalog())
        let wild = (1...4096 * 12).map { Flow.wild($0, &random) }
        for start in stride(from: 0, to: wild.count, by: 4096) {
            writer.append(wild[start..<start + 4096])
            try writer.commit()
        }
        try writer.close()
        let settings = store.settings { ($0.maximumBytes, $0.checkpointBytes) = (1 << 20, 1 << 16) }
        writer = try HistoryWriter(settings, catalog: FlowCatalog())
        let before = writer.status.bytes
        for _ in 0..<4 { try writer.applyRetention(now: 0) }
        try writer.close()
        let size = try #require(try FileManager.default.attributesOfItem(atPath: store.database)[.size] as? Int)
        #expect(before > 5 << 20)
        #expect(size < 2 << 20)
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.integrityCheck() == [])
    }
}
