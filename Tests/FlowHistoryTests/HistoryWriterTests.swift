import FlowCatalog
import FlowModel
import Foundation
import SQLiteRuntime
import Testing

@testable import FlowHistory

@Suite("The history writer")
struct HistoryWriterTests {
    @Test("keeps every field of every flow over a restart")
    func roundTrip() throws {
        let store = TemporaryStore()
        let seed = UInt64.random(in: 0...(.max))
        var random = SeededGenerator(seed: seed)
        let flows = (1...10_000).map { Flow.wild($0, &random) }
        var writer = try HistoryWriter(store.settings(), catalog: FlowCatalog())
        for start in stride(from: 0, to: flows.count, by: 777) {
            writer.append(flows[start..<min(start + 777, flows.count)])
            try writer.commit()
        }
        try writer.close()
        #expect(try readAll(store).map(\.fields) == flows.map(\.fields), "seed \(seed)")
    }

    @Test("makes one full block out of many small commits, and leaves no tail of tiny ones")
    func tailBecomesBlock() throws {
        let store = TemporaryStore()
        let settings = store.settings { $0.blockFlows = 100 }
        let flows = likelyFlows(250)
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        for flow in flows {
            writer.append([flow])
            try writer.commit()
        }
        let connection = try Connection(path: store.database, mode: .readOnly, busyTimeout: .zero)
        #expect(try connection.integer("SELECT count(*) FROM blocks") == 2)
        #expect(try connection.integer("SELECT count(*) FROM tail") == 50)
        #expect(writer.status.blocks == 2)
        #expect(writer.status.storedFlows == 250)
        #expect(writer.status.storedThrough == 250)
        #expect(try readAll(store).map(\.fields) == flows.map(\.fields))
    }

    @Test("goes on after a restart where it stopped: sequences, tail, store id")
    func reopen() throws {
        let store = TemporaryStore()
        let settings = store.settings { $0.blockFlows = 100 }
        let flows = likelyFlows(1000)
        var next = 0
        var ids: Set<StoreID> = []
        for size in [1, 49, 130, 20, 300, 500] {
            var writer = try HistoryWriter(settings, catalog: FlowCatalog())
            #expect(writer.nextSequence == UInt64(next) + 1)
            #expect(writer.status.storedThrough == UInt64(next))
            ids.insert(writer.storeID)
            writer.append(flows[next..<next + size])
            next += size
            try writer.close()
        }
        #expect(ids.count == 1)
        #expect(try readAll(store).map(\.fields) == flows.map(\.fields))
        let connection = try Connection(path: store.database, mode: .readOnly, busyTimeout: .zero)
        #expect(try connection.integer("SELECT count(*) FROM blocks") == 10)
    }

    @Test("reads its tail back into a block of another size")
    func reopenWithSmallerBlocks() throws {
        let store = TemporaryStore()
        let flows = likelyFlows(1000)
        var writer = try HistoryWriter(store.settings(), catalog: FlowCatalog())
        writer.append(flows[..<950])
        try writer.close()
        writer = try HistoryWriter(store.settings { $0.blockFlows = 100 }, catalog: FlowCatalog())
        writer.append(flows[950...])
        try writer.close()
        #expect(try readAll(store).map(\.fields) == flows.map(\.fields))
    }

    @Test("commits when a block is full or the interval is over, and not before")
    func due() throws {
        let store = TemporaryStore()
        var writer = try HistoryWriter(store.settings { $0.blockFlows = 100 }, catalog: FlowCatalog())
        let now = ContinuousClock.now
        #expect(try !writer.commitIfDue(now: now + .seconds(5)))
        writer.append(likelyFlows(99))
        #expect(try !writer.commitIfDue(now: .now + .milliseconds(200)))
        #expect(writer.status.waitingFlows == 99)
        #expect(try writer.commitIfDue(now: .now + .milliseconds(301)))
        #expect(writer.status.waitingFlows == 0)
        writer.append(likelyFlows(1, from: 100))
        #expect(try writer.commitIfDue())
        #expect(writer.status.blocks == 1)
    }

    @Test("refuses a store that another writer has, by the process's number, and takes it when that one is gone")
    func secondWriter() throws {
        let store = TemporaryStore()
        let first = try HistoryWriter(store.settings(), catalog: FlowCatalog())
        let expected = HistoryError.anotherWriter(
            directory: store.directory, processID: ProcessInfo.processInfo.processIdentifier)
        #expect(throws: expected) { _ = try HistoryWriter(store.settings(), catalog: FlowCatalog()) }
        try first.close()
        try HistoryWriter(store.settings(), catalog: FlowCatalog()).close()
    }

    @Test("keeps losses, merged by place within a commit")
    func losses() throws {
        let store = TemporaryStore()
        var writer = try HistoryWriter(store.settings(), catalog: FlowCatalog())
        writer.append(loss: LostEvent(place: .flowRing, count: 3, firstNanoseconds: 100, lastNanoseconds: 200))
        writer.append(loss: LostEvent(place: .flowRing, count: 4, firstNanoseconds: 250, lastNanoseconds: 300))
        writer.append(loss: LostEvent(place: .eventRing, count: 1, firstNanoseconds: 400, lastNanoseconds: 400))
        try writer.commit()
        var reader = try HistoryReader(directory: store.directory)
        let ring = LostEvent(place: .flowRing, count: 7, firstNanoseconds: 100, lastNanoseconds: 300)
        let event = LostEvent(place: .eventRing, count: 1, firstNanoseconds: 400, lastNanoseconds: 400)
        #expect(try reader.losses() == [ring, event])
        #expect(try reader.losses(times: 300...399) == [ring])
        #expect(try reader.losses(times: 301...399) == [])
    }

    @Test("refuses a file that is no history and leaves it as it was")
    func foreignFiles() throws {
        let store = TemporaryStore()
        let text = Data(
            "this is a text that is longer than the header of a database, which has a hundred bytes in all..".utf8)
        try text.write(to: URL(filePath: store.catalog))
        #expect(throws: HistoryError.notAStore(path: store.catalog)) {
            _ = try HistoryWriter(store.settings(), catalog: FlowCatalog())
        }
        #expect(throws: HistoryError.notAStore(path: store.catalog)) {
            _ = try HistoryReader(directory: store.directory)
        }
        #expect(try Data(contentsOf: URL(filePath: store.catalog)) == text)

        let other = TemporaryStore()
        try Connection(path: other.catalog, mode: .create, busyTimeout: .zero).execute("CREATE TABLE notes (a)")
        #expect(throws: HistoryError.notAStore(path: other.catalog)) {
            _ = try HistoryWriter(other.settings(), catalog: FlowCatalog())
        }
    }

    @Test("refuses a store of a newer version and names both formats")
    func newerFormat() throws {
        let store = TemporaryStore()
        try HistoryWriter(store.settings(), catalog: FlowCatalog()).close()
        try Connection(path: store.catalog, mode: .readWrite, busyTimeout: .zero).execute("PRAGMA user_version = 99")
        let expected = HistoryError.otherFormat(path: store.catalog, found: 99, known: StoreFile.format)
        #expect(throws: expected) { _ = try HistoryWriter(store.settings(), catalog: FlowCatalog()) }
        #expect(throws: expected) { _ = try HistoryReader(directory: store.directory) }
        #expect("\(expected)".contains("written by a newer Apus"))
    }

    @Test("refuses a store of an older format, and says what to do with it")
    func olderFormat() throws {
        let store = TemporaryStore()
        try HistoryWriter(store.settings(), catalog: FlowCatalog()).close()
        try Connection(path: store.catalog, mode: .readWrite, busyTimeout: .zero).execute("PRAGMA user_version = 2")
        let expected = HistoryError.otherFormat(path: store.catalog, found: 2, known: 3)
        #expect(throws: expected) { _ = try HistoryWriter(store.settings(), catalog: FlowCatalog()) }
        #expect(throws: expected) { _ = try HistoryReader(directory: store.directory) }
        #expect("\(expected)".contains("older Apus, which can export it"))
    }

    @Test("tells what is missing where there is no store, and cannot be one")
    func noStore() throws {
        let store = TemporaryStore()
        #expect(throws: HistoryError.noStore(directory: store.directory)) {
            _ = try HistoryReader(directory: store.directory)
        }
        let nowhere = store.directory + "/a/b"
        #expect(throws: HistoryError.directory(path: nowhere, message: "mkdir: No such file or directory")) {
            _ = try HistoryWriter(HistorySettings(directory: nowhere), catalog: FlowCatalog())
        }
    }

    @Test("makes the files as measured: WAL, page size, names more durable than flows")
    func pragmas() throws {
        let store = TemporaryStore()
        let writer = try HistoryWriter(store.settings(), catalog: FlowCatalog())
        #expect(try writer.partition.connection.text("PRAGMA journal_mode") == "wal")
        #expect(try writer.partition.connection.integer("PRAGMA page_size") == Int64(StoreFile.pageBytes))
        #expect(try writer.partition.connection.integer("PRAGMA synchronous") == 1)
        #expect(try writer.partition.connection.integer("PRAGMA wal_autocheckpoint") == 0)
        #expect(try writer.partition.connection.integer("PRAGMA user_version") == StoreFile.format)
        #expect(try writer.connection.text("PRAGMA journal_mode") == "wal")
        #expect(try writer.connection.integer("PRAGMA synchronous") == 2)
    }

    @Test("keeps the write-ahead log bounded while commits never pause")
    func checkpoints() throws {
        let store = TemporaryStore()
        var writer = try HistoryWriter(store.settings { $0.checkpointBytes = 1 << 18 }, catalog: FlowCatalog())
        for flow in likelyFlows(1500) {
            writer.append([flow])
            // A checkpoint that starts the log anew may be in the way: the next commit takes this flow along.
            _ = try? writer.commit()
        }
        try writer.commit()
        let log = try FileManager.default.attributesOfItem(atPath: store.database + "-wal")[.size] as? Int
        let size = try #require(log)
        #expect(writer.status.checkpoints > 2)
        #expect(size < 24 << 20, "about 70 MiB were written, and the log has \(size) bytes")
    }
}
