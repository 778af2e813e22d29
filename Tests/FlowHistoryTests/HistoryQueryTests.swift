import FlowCatalog
import FlowModel
import SQLiteRuntime
import Testing

@testable import FlowHistory

@Suite("A query of history")
struct HistoryQueryTests {
    private let store = TemporaryStore()
    private let flows = likelyFlows(2345)

    init() throws {
        var writer = try HistoryWriter(store.settings { $0.blockFlows = 256 }, catalog: FlowCatalog())
        for start in stride(from: 0, to: flows.count, by: 61) {
            writer.append(flows[start..<min(start + 61, flows.count)])
            try writer.commit()
        }
        try writer.close()
    }

    private func answer(
        _ order: HistoryCursor.Order = .ascending, sequences: ClosedRange<UInt64>? = nil,
        times: ClosedRange<UInt64>? = nil, filter: ColumnFilter = ColumnFilter()
    ) throws -> [UInt64] {
        var reader = try HistoryReader(directory: store.directory)
        var cursor = reader.cursor(order: order, sequences: sequences, times: times, filter: filter)
        return try readAll(&reader, &cursor).map(\.sequence)
    }

    @Test("gives all flows in either order")
    func order() throws {
        #expect(try answer() == flows.map(\.sequence))
        #expect(try answer(.descending) == flows.map(\.sequence).reversed())
    }

    @Test("gives the newest first, a batch at a time")
    func newestFirst() throws {
        var reader = try HistoryReader(directory: store.directory)
        var cursor = reader.cursor(order: .descending)
        let batch = try #require(try reader.next(&cursor))
        #expect(batch.first?.sequence == 2345)
        #expect(batch.count == 2345 % 256)
        #expect(try reader.next(&cursor)?.first?.sequence == 2304)
    }

    @Test("gives exactly what was asked for, at every kind of edge")
    func ranges() throws {
        let seed = UInt64.random(in: 0...(.max))
        var random = SeededGenerator(seed: seed)
        for _ in 0..<150 {
            let bounds = (UInt64.random(in: 0...2500, using: &random), UInt64.random(in: 0...2500, using: &random))
            let sequences = Bool.random(using: &random) ? min(bounds.0, bounds.1)...max(bounds.0, bounds.1) : nil
            let ends = [0, 1].map { _ in Flow.startNanoseconds + .random(in: 0...26_000_000, using: &random) }.sorted()
            let times = Bool.random(using: &random) ? ends[0]...ends[1] : nil
            let wanted: Verdict? = [nil, .dropped, .forwarded, .audit].randomElement(using: &random) ?? nil
            let expected = flows.filter {
                sequences?.contains($0.sequence) ?? true && times?.contains($0.timeNanoseconds) ?? true
                    && (wanted == nil || $0.verdict == wanted)
            }
            let isUp = Bool.random(using: &random)
            let got = try answer(
                isUp ? .ascending : .descending, sequences: sequences, times: times,
                filter: wanted.map { .verdicts($0) } ?? ColumnFilter())
            let sequencesExpected = expected.map(\.sequence)
            #expect(got == (isUp ? sequencesExpected : sequencesExpected.reversed()), "seed \(seed)")
        }
    }

    @Test("tells kinds apart that share a bit of the zone map")
    func foldedKinds() throws {
        let collision = FlowKind(rawValue: FlowKind.drop.rawValue + 64)
        func filter(_ kinds: FlowKind...) -> ColumnFilter {
            ColumnFilter(anyOf: [ColumnConditions(facts: [kinds.map { .kind($0) }])])
        }
        #expect(try answer(filter: filter(collision)) == [])
        #expect(try answer(filter: filter(.drop, collision)) == flows.filter { $0.kind == .drop }.map(\.sequence))
    }

    @Test("that the zone maps exclude reads no columns")
    func zoneMapsSkip() throws {
        let connection = try Connection(path: store.database, mode: .readWrite, busyTimeout: .seconds(1))
        try connection.execute("DELETE FROM block_columns")
        var reader = try HistoryReader(directory: store.directory)
        var cursor = reader.cursor(order: .ascending, filter: .verdicts(.audit))
        #expect(try reader.next(&cursor) == nil)
        #expect(cursor.damagedBlocks == 0)
        var later = reader.cursor(order: .ascending, times: 0...Flow.startNanoseconds)
        #expect(try reader.next(&later) == nil)
        #expect(later.damagedBlocks == 0)
    }

    @Test("goes on at its end with what was stored since, without a gap or a repeat")
    func goesOn() throws {
        var reader = try HistoryReader(directory: store.directory)
        var cursor = reader.cursor(order: .ascending)
        var read = try readAll(&reader, &cursor)
        var writer = try HistoryWriter(store.settings { $0.blockFlows = 256 }, catalog: FlowCatalog())
        for round in 0..<20 {
            writer.append(likelyFlows(97, from: writer.nextSequence))
            try writer.commit()
            if round % 3 == 0 { read += try readAll(&reader, &cursor) }
        }
        read += try readAll(&reader, &cursor)
        #expect(read.map(\.sequence) == Array(1...writer.nextSequence - 1))
    }

    @Test("passes over damaged blocks, counts their flows and names the first")
    func damagedBlocks() throws {
        let connection = try Connection(path: store.database, mode: .readWrite, busyTimeout: .seconds(1))
        try connection.execute(
            """
            UPDATE block_columns SET data = CAST(substr(data, 1, 100) || x'ff' || substr(data, 102) AS BLOB)
                WHERE id = 257 * 4;
            DELETE FROM block_columns WHERE id = 513 * 4 + 1;
            UPDATE block_columns SET data = x'010203' WHERE id = 769 * 4 + 2;
            UPDATE blocks SET flow_count = 255 WHERE first_sequence = 1025;
            """)
        var reader = try HistoryReader(directory: store.directory)
        for order in [HistoryCursor.Order.ascending, .descending] {
            var cursor = reader.cursor(order: order)
            #expect(try readAll(&reader, &cursor).count == flows.count - 4 * 256)
            #expect(cursor.damagedBlocks == 4)
            #expect(cursor.damagedFlows == 4 * 256)
        }
        var cursor = reader.cursor(order: .ascending)
        _ = try readAll(&reader, &cursor)
        #expect(cursor.firstDamage == .damagedBlock(firstSequence: 257, reason: "the checksum differs"))
        #expect(try reader.integrityCheck().contains { $0.hasPrefix("4 blocks of 1024 flows are damaged") })
    }

    @Test("has an extent of what is there")
    func extent() throws {
        var reader = try HistoryReader(directory: store.directory)
        let extent = try reader.extent()
        let times = flows.map(\.timeNanoseconds)
        #expect(extent.sequences == 1...2345)
        #expect(extent.times == times.min()!...times.max()!)
        #expect(extent.flows == 2345)
        #expect(extent.bytes > 0)
        #expect(try reader.integrityCheck() == [])
        let empty = TemporaryStore()
        try HistoryWriter(empty.settings(), catalog: FlowCatalog()).close()
        var emptyReader = try HistoryReader(directory: empty.directory)
        #expect(try emptyReader.extent().times == nil)
    }
}
