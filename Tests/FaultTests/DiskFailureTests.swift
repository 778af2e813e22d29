import FlowCatalog
import FlowHistory
import Foundation
import HistoryFaults
import SQLiteRuntime
import Testing

@Suite("When the disk fails")
struct DiskFailureTests {
    /// Ten batches; a commit that fails is made again with the next one. Throws only if the writer does not start.
    private func write(_ store: FaultStore) throws {
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(faultSettings(store.directory), catalog: catalog)
        var producer = ScriptedProducer(seed: 7)
        for batch in 1...10 {
            producer.append(to: &writer, catalog)
            try? writer.commit()
            if batch == 5 { _ = try? writer.commitIfDue(now: .now + .seconds(3600)) }
        }
        try? writer.commit()
        #expect(writer.status.waitingFlows == 0)
        #expect(writer.status.lostFlows == 0)
        try? writer.close()
    }

    @Test(
        "once, at any operation, the writer says so and does not start, or loses nothing; the store is whole",
        arguments: [
            (FaultyDisk.Operations.write, FaultyDisk.Effect.ioError), (.write, .shortWrite), (.sync, .ioError),
            (.truncate, .ioError), (.open, .ioError), (.read, .ioError), (.delete, .ioError),
        ])
    func once(_ operations: FaultyDisk.Operations, _ effect: FaultyDisk.Effect) throws {
        let unharmed = FaultStore()
        let counting = FaultyDisk(unharmed.directory)
        try write(unharmed)
        let count = counting.count(operations)
        let expected = StoreInspection(unharmed.directory).lastSequence
        for first in stride(from: 1, through: count, by: Int(count) / 40 + 1) {
            let store = FaultStore()
            let disk = FaultyDisk(store.directory)
            disk.fail(operations, first: first, count: 1, effect)
            do {
                try write(store)
            } catch {
                #expect(error is HistoryError, "operation \(first)")
                disk.work()
                try write(store)
            }
            disk.work()
            let found = StoreInspection(store.directory, isThorough: true)
            #expect(found.problems == [], "operation \(first)")
            #expect(found.lastSequence == expected, "operation \(first)")
        }
    }

    @Test("by being full, flows wait up to the backlog, the others are counted as lost; with room again all is stored")
    func full() throws {
        let store = FaultStore()
        let disk = FaultyDisk(store.directory)
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(faultSettings(store.directory), catalog: catalog)
        var producer = ScriptedProducer(seed: 3)
        disk.limit(bytes: disk.bytes + 300_000)
        var errors: [HistoryError] = []
        for _ in 0..<150 {
            producer.append(to: &writer, catalog)
            do throws(HistoryError) { try writer.commit() } catch { errors.append(error) }
        }
        guard case .sqlite(_, let first) = try #require(errors.first) else { throw errors[0] }
        #expect(first.code == .full)
        #expect(writer.status.lastError?.contains("full") == true)
        #expect(writer.status.waitingFlows == 256)
        #expect(writer.status.lostFlows > 0)
        let meanwhile = StoreInspection(store.directory)
        #expect(meanwhile.problems == [])
        #expect(meanwhile.storedFlows == writer.status.storedFlows)

        disk.limit(bytes: nil)
        producer.append(to: &writer, catalog)
        try writer.commit()
        producer.append(to: &writer, catalog)
        try writer.commit()
        #expect(writer.status.lastError == nil)
        let status = writer.status
        try writer.close()
        let found = StoreInspection(store.directory, isThorough: true)
        #expect(found.problems == [])
        #expect(found.storedFlows == status.storedFlows)
        #expect(found.lostFlows >= status.lostFlows)
    }

    @Test("by being read-only, the writer says so at its start and leaves every file as it was")
    func readOnly() throws {
        let store = FaultStore()
        try write(store)
        let before = try store.copy()
        let disk = FaultyDisk(store.directory)
        disk.makeReadOnly()
        let error = #expect(throws: HistoryError.self) {
            _ = try HistoryWriter(faultSettings(store.directory), catalog: FlowCatalog())
        }
        guard case .sqlite(let doing, let cause)? = error else { throw try #require(error) }
        #expect([.readOnly, .cannotOpen].contains(cause.code))
        #expect(doing.contains(store.directory))
        for name in before.files() where name != "writer.lock" {
            let same = FileManager.default.contentsEqual(
                atPath: before.directory + "/" + name, andPath: store.directory + "/" + name)
            #expect(same, "\(name)")
        }
    }

    @Test("to take a directory, the writer names the directory, the call and the cause")
    func noDirectory() throws {
        // Nobody, root included, makes a directory there.
        let path = "/proc/self/history"
        #expect(throws: HistoryError.directory(path: path, message: "mkdir: No such file or directory")) {
            _ = try HistoryWriter(HistorySettings(directory: path), catalog: FlowCatalog())
        }
    }

    @Test("to sync for long, commits and readers go on meanwhile")
    func slow() throws {
        let store = FaultStore()
        let disk = FaultyDisk(store.directory)
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(faultSettings(store.directory), catalog: catalog)
        // New names are made durable before the flows that use them: their commit alone waits for the disk.
        catalog.internScripted(through: 1_000)
        var producer = ScriptedProducer(seed: 5)
        producer.append(to: &writer, catalog)
        try writer.commit()
        disk.hold(.sync)
        _ = try writer.commitIfDue(now: .now + .seconds(3600))
        for _ in 0..<20_000 where disk.held == 0 { usleep(100) }
        for _ in 0..<5 {
            producer.append(to: &writer, catalog)
            try writer.commit()
        }
        let found = StoreInspection(store.directory)
        #expect(disk.held == 1, "the checkpoint still waits for the disk")
        #expect(found.problems == [])
        #expect(found.lastSequence == writer.status.storedThrough)
        disk.release()
        try writer.close()
    }
}
