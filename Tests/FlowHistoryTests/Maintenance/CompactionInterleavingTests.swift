import Dispatch
import FlowCatalog
import FlowModel
import Foundation
import Synchronization
import Testing

@testable import FlowHistory

/// Sums are taken while partitions become one:
///
/// ```
///   compaction                             sum
///   flows-A, flows-B, flows-C              lists A, B and C; adds up A
///   new file moved over flows-A
///   flows-B, flows-C removed               comes to B, which is gone: B's flows are in A now
/// ```
@Suite("A sum beside a compaction")
struct CompactionInterleavingTests {
    private static let flows = likelyFlows(1_200)

    private static func settings(_ store: TemporaryStore) -> HistorySettings {
        store.settings { ($0.blockFlows, $0.partitionPeriod) = (64, .seconds(60)) }
    }

    /// Twelve sealed partitions, and the newest.
    private static func fill(_ store: TemporaryStore) throws {
        var writer = try HistoryWriter(settings(store), catalog: FlowCatalog())
        for start in stride(from: 0, to: flows.count, by: 100) {
            writer.append(flows[start..<start + 100])
            try writer.beginPartition()
        }
        try writer.close()
    }

    private static func compact(_ store: TemporaryStore) throws {
        var writer = try HistoryWriter(settings(store), catalog: FlowCatalog())
        try writer.compact { _ in }
        try writer.close()
    }

    private static func sum(_ reader: inout HistoryReader, _ order: HistoryCursor.Order) throws -> UInt64 {
        var cursor = reader.cursor(order: order)
        var table = GroupTable([.verdict], limit: 10)
        try reader.aggregate(&cursor, into: &table)
        return table.groups.reduce(0) { $0 + $1.flows }
    }

    @Test("has each flow once at any moment, whatever the reader had open", arguments: 0..<30 as Range<UInt64>)
    func sums(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let store = TemporaryStore()
        try Self.fill(store)
        let order = random.next() % 2 == 0 ? HistoryCursor.Order.ascending : .descending
        let isFresh = random.next() % 2 == 0
        let pause = useconds_t(random.next() % 300)
        let isOver = Atomic(false)
        let failure = Mutex<String?>(nil)
        let group = DispatchGroup()
        DispatchQueue.global().async(group: group) {
            do { try Self.compact(store) } catch { failure.withLock { $0 = "\(error)" } }
            isOver.store(true, ordering: .releasing)
        }
        var found: Set<UInt64> = []
        var sums = 0
        var reader = try HistoryReader(directory: store.directory)
        repeat {
            if isFresh { reader = try HistoryReader(directory: store.directory) }
            found.insert(try Self.sum(&reader, order))
            sums += 1
            usleep(pause)
        } while !isOver.load(ordering: .acquiring)
        group.wait()
        #expect(failure.withLock { $0 } == nil)
        #expect(found == [1_200], "\(sums) sums, \(order), \(isFresh ? "fresh" : "kept") reader, pauses of \(pause) µs")
        #expect(StoreFile.partitions(store.directory) == [1, 1_201])
    }

    @Test("has each flow once where files go that it has listed and not read yet", arguments: [true, false])
    func removedMeanwhile(isAscending: Bool) throws {
        let store = TemporaryStore()
        try Self.fill(store)
        let order = isAscending ? HistoryCursor.Order.ascending : .descending
        var reader = try HistoryReader(directory: store.directory)
        // A budget that is spent after some blocks leaves the sum where a compaction can come between.
        var cursor = reader.cursor(order: order, sequences: isAscending ? 1...350 : 851...1_200)
        var table = GroupTable([.verdict], limit: 10)
        try reader.aggregate(&cursor, into: &table)
        try Self.compact(store)
        (cursor.low, cursor.high) = isAscending ? (351, 1_200) : (1, 850)
        try reader.aggregate(&cursor, into: &table)
        #expect(table.groups.reduce(0) { $0 + $1.flows } == 1_200)
    }

    @Test("and what a store tells of itself has each flow once, too", arguments: 0..<20 as Range<UInt64>)
    func extents(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let store = TemporaryStore()
        try Self.fill(store)
        let pause = useconds_t(random.next() % 100)
        let isOver = Atomic(false)
        let group = DispatchGroup()
        DispatchQueue.global().async(group: group) {
            try? Self.compact(store)
            isOver.store(true, ordering: .releasing)
        }
        var found: Set<UInt64> = []
        repeat {
            var reader = try HistoryReader(directory: store.directory)
            found.insert(try reader.extent().flows)
            found.insert(try reader.periods().reduce(0) { $0 + $1.flows })
            usleep(pause)
        } while !isOver.load(ordering: .acquiring)
        group.wait()
        #expect(found == [1_200], "pauses of \(pause) µs")
    }

    @Test("and stretches of a period that was listed before have each flow once")
    func stretches() throws {
        let store = TemporaryStore()
        try Self.fill(store)
        var reader = try HistoryReader(directory: store.directory)
        let periods = try reader.periods()
        let before = try periods.prefix(3).flatMap { try reader.stretches(of: $0, flows: 1) }
        try Self.compact(store)
        let after = try periods.dropFirst(3).flatMap { period in
            try reader.stretches(of: period, flows: 1).map { stretch in
                var stretch = stretch
                stretch.sequences = stretch.sequences.clamped(to: period.sequences)
                return stretch
            }
        }
        let sequences = (before + after).flatMap { Array($0.sequences) }
        #expect(sequences == Array(1...1_200))
    }
}
