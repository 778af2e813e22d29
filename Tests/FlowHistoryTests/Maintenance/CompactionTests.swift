import FlowCatalog
import FlowModel
import Foundation
import SQLiteRuntime
import Testing

@testable import FlowHistory

@Suite("Compaction")
struct CompactionTests {
    private let store = TemporaryStore()
    private let flows = likelyFlows(3_000)
    private let loss = LostEvent(
        place: .eventRing, count: 7, firstNanoseconds: Flow.startNanoseconds, lastNanoseconds: Flow.startNanoseconds + 5
    )

    /// About ten partitions of 3 ms each, with a gap, and a newest one.
    private func fill() throws {
        var writer = try HistoryWriter(
            store.settings { ($0.blockFlows, $0.partitionPeriod) = (64, .milliseconds(3)) }, catalog: FlowCatalog())
        for start in stride(from: 0, to: flows.count, by: 50) {
            writer.append(flows[start..<start + 50])
            if start == 500 { writer.append(loss: loss) }
            try writer.commit()
        }
        try writer.close()
    }

    private func compact(_ period: Duration = .seconds(1)) throws -> [CompactedRun] {
        var runs: [CompactedRun] = []
        var writer = try HistoryWriter(
            store.settings { ($0.blockFlows, $0.partitionPeriod) = (64, period) }, catalog: FlowCatalog())
        try writer.compact { runs.append($0) }
        try writer.close()
        return runs
    }

    private func checkWhole() throws {
        #expect(try readAll(store).map(\.fields) == flows.map(\.fields))
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.losses() == [loss])
        #expect(try reader.extent().flows == 3_000)
        #expect(try reader.integrityCheck() == [])
        var drops = reader.cursor(order: .descending, filter: .verdicts(.dropped))
        let expected = flows.filter { $0.verdict == .dropped }.map(\.sequence)
        #expect(try readAll(&reader, &drops).map(\.sequence) == expected.reversed())
    }

    @Test("makes one partition of all sealed ones that fit into the period, with all flows, gaps and drops")
    func merges() throws {
        try fill()
        let before = StoreFile.partitions(store.directory)
        let runs = try compact()
        let after = StoreFile.partitions(store.directory)
        #expect(before.count > 8)
        #expect(after == [before[0], before[before.count - 1]])
        #expect(runs.count == 1)
        #expect(runs[0].files.count == before.count - 1)
        #expect(runs[0].bytesAfter < runs[0].bytesBefore)
        try checkWhole()
        var reader = try HistoryReader(directory: store.directory)
        let sealed = try reader.report().partitions[0]
        #expect(sealed.blocks == (sealed.flows + 63) / 64)
    }

    @Test("keeps partitions apart that together are longer than the period, and finds nothing to do the second time")
    func period() throws {
        try fill()
        let before = StoreFile.partitions(store.directory).count
        #expect(try compact(.milliseconds(9)).count > 1)
        let after = StoreFile.partitions(store.directory).count
        #expect((3...before * 2 / 3).contains(after))
        #expect(try compact(.milliseconds(9)).isEmpty)
        try checkWhole()
    }

    @Test("that ended while it removed the old files is ended by the next writer, and readers pass over what is left")
    func unfinished() throws {
        try fill()
        let old = try store.cut()
        let firsts = StoreFile.partitions(store.directory)
        _ = try compact()
        for first in firsts[3...5] {
            try FileManager.default.copyItem(
                atPath: StoreFile.partitionPath(old.directory, first),
                toPath: StoreFile.partitionPath(store.directory, first))
        }
        do {
            let connection = try Connection(path: store.catalog, mode: .readWrite, busyTimeout: .zero)
            try CheckedTable.define(connection)
            try StoreMeta.setCompaction(connection, firsts[0]...firsts[firsts.count - 2])
        }
        try checkWhole()
        try HistoryWriter(store.settings(), catalog: FlowCatalog()).close()
        #expect(StoreFile.partitions(store.directory) == [firsts[0], firsts[firsts.count - 1]])
        try checkWhole()
    }

    @Test("leaves partitions with damage as they are, and says so")
    func damage() throws {
        try fill()
        let firsts = StoreFile.partitions(store.directory)
        let path = StoreFile.partitionPath(store.directory, firsts[2])
        do {
            let connection = try Connection(path: path, mode: .readWrite, busyTimeout: .zero)
            try connection.execute("UPDATE block_columns SET data = zeroblob(length(data)) WHERE id % 4 = 1")
        }
        let runs = try compact()
        #expect(runs.count == 1)
        #expect(runs.first?.obstacle?.contains("damaged") == true)
        #expect(StoreFile.partitions(store.directory) == firsts)
        #expect(try !FileManager.default.contentsOfDirectory(atPath: store.directory).contains("compacting"))
    }

    @Test("leaves partitions alone that a reader keeps open with their log")
    func openLog() throws {
        try fill()
        let firsts = StoreFile.partitions(store.directory)
        let path = StoreFile.partitionPath(store.directory, firsts[1])
        let connection = try Connection(path: path, mode: .readWrite, busyTimeout: .zero)
        try connection.setPragma("journal_mode", "WAL")
        #expect(try connection.integer("SELECT count(*) FROM blocks") ?? 0 > 0)
        let snapshot = try Transaction(connection, .deferred)
        #expect(try connection.integer("SELECT count(*) FROM blocks") ?? 0 > 0)
        #expect(try compact().first?.obstacle?.contains("open in another process") == true)
        snapshot.end()
        try checkWhole()
    }

    @Test("gives a reader that pages meanwhile each flow once, in both directions")
    func readersMeanwhile() throws {
        try fill()
        var up = try HistoryReader(directory: store.directory)
        var down = try HistoryReader(directory: store.directory)
        var rising = up.cursor(order: .ascending)
        var falling = down.cursor(order: .descending)
        var seen: (up: [UInt64], down: [UInt64]) = ([], [])
        for _ in 0..<8 {
            seen.up += try up.next(&rising)?.map(\.sequence) ?? []
            seen.down += try down.next(&falling)?.map(\.sequence) ?? []
        }
        _ = try compact()
        seen.up += try readAll(&up, &rising).map(\.sequence)
        seen.down += try readAll(&down, &falling).map(\.sequence)
        #expect(seen.up == Array(1...3_000))
        #expect(seen.down == (1...3_000).reversed())
    }
}
