import FlowCatalog
import FlowHistory
import Foundation
import HistoryFaults
import Testing

@Suite("A loss of power")
struct PowerLossTests {
    private static let batches = 14

    /// Writes until the power is lost; returns the highest sequence that a finished checkpoint had made safe.
    private func write(_ store: FaultStore, seed: UInt64) throws -> UInt64 {
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(faultSettings(store.directory), catalog: catalog)
        var producer = ScriptedProducer(seed: seed)
        var safe: UInt64 = 0
        for batch in 1...Self.batches {
            producer.append(to: &writer, catalog)
            try writer.commit()
            if batch % 3 == 0 { safe = checkpoint(&writer, hours: batch) ?? safe }
        }
        try writer.close()
        return safe
    }

    /// A checkpoint for which it is waited, so that the order of operations is the seed's alone. Nil if it failed.
    private func checkpoint(_ writer: inout HistoryWriter, hours: Int) -> UInt64? {
        let status = writer.status
        let (checkpoints, failures) = (status.checkpoints, status.failedWrites)
        _ = try? writer.commitIfDue(now: .now + .seconds(3600 * hours))
        for _ in 0..<5_000 where status.checkpoints == checkpoints && status.failedWrites == failures { usleep(200) }
        return status.checkpoints > checkpoints ? status.storedThrough : nil
    }

    /// How many changes of the disk the writing of a seed makes.
    private func changes(seed: UInt64) throws -> UInt64 {
        let store = FaultStore()
        let disk = FaultyDisk(store.directory)
        _ = try write(store, seed: seed)
        return disk.count(.changes)
    }

    @Test(
        "at any of 200 moments, with unsynced sectors lost, kept or torn, costs no flow that a checkpoint made safe",
        arguments: 0..<10 as Range<UInt64>)
    func lost(series: UInt64) throws {
        let changes = try changes(seed: series)
        for round in 0..<20 as Range<UInt64> {
            let store = FaultStore()
            let disk = FaultyDisk(store.directory)
            var random = Seeded(series * 20 + round)
            let moment = random.next() % changes + 1
            disk.fail(.changes, first: moment, .powerLoss)
            let safe = (try? write(store, seed: series)) ?? 0
            let remains = try store.afterPowerLoss(disk, seed: random.next())
            try check(remains, safe, "change \(moment) of series \(series), round \(round)")
        }
    }

    /// All is well, up to what was safe at least, and the next writer goes on behind it.
    private func check(_ store: FaultStore, _ safe: UInt64, _ comment: Comment) throws {
        let found = StoreInspection(store.directory)
        #expect(found.problems == [], comment)
        #expect(found.lastSequence >= safe, comment)
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(faultSettings(store.directory), catalog: catalog)
        #expect(writer.nextSequence == found.lastSequence + 1, comment)
        var producer = ScriptedProducer(seed: safe)
        producer.append(to: &writer, catalog)
        try writer.close()
        let after = StoreInspection(store.directory, isThorough: true)
        #expect(after.problems == [], comment)
        #expect(after.lastSequence > found.lastSequence, comment)
    }
}
