import FlowCatalog
import FlowHistory
import Foundation
import HistoryFaults
import Testing

@Suite("On a disk that others fill up")
struct FreeSpaceTests {
    private static let capacity: UInt64 = 4 << 20
    private static let wanted: UInt64 = 1 << 20

    /// What is left for others, while they take so much.
    private func free(_ store: FaultStore, others: UInt64) -> UInt64 {
        Self.capacity - min(Self.capacity, others + bytes(store))
    }

    private func bytes(_ store: FaultStore) -> UInt64 {
        store.files().reduce(0) { sum, name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: store.directory + "/" + name)
            return sum + ((attributes?[.size] as? NSNumber)?.uint64Value ?? 0)
        }
    }

    private func partitions(_ store: FaultStore) -> Int {
        store.files().count { $0.hasPrefix("flows-") && $0.hasSuffix(".sqlite") }
    }

    private func settings(_ store: FaultStore) -> HistorySettings {
        var settings = faultSettings(store.directory)
        settings.checkpointBytes = 1 << 16
        settings.partitionPeriod = .milliseconds(400)
        settings.minimumFreeBytes = Self.wanted
        return settings
    }

    @Test(
        "the oldest go until the room is free, not more; with none left flows wait, and are stored when there is room")
    func filledUp() throws {
        let store = FaultStore(isInMemory: true)
        let disk = FaultyDisk(store.directory)
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(settings(store), catalog: catalog)
        var producer = ScriptedProducer(seed: 1, most: 100)
        var (hadFailures, hadRetention) = (false, false)
        for step in 0..<300 as Range<UInt64> {
            // Others take more and more, up to all, and then give it back.
            let others = step < 200 ? Self.capacity * step / 200 : 0
            disk.limit(bytes: disk.bytes + free(store, others: others))
            producer.append(to: &writer, catalog)
            do { try writer.commit() } catch { hadFailures = true }
            let before = free(store, others: others)
            let removed = try? writer.applyRetention(now: 0, at: .now, free: before).partitions
            guard let removed, removed > 0 else { continue }
            hadRetention = true
            #expect(before < Self.wanted, "step \(step)")
            // Meanwhile the checkpoint thread may have moved a log's pages into their file.
            let isFree = free(store, others: others) + (64 << 10) >= Self.wanted
            #expect(isFree || partitions(store) == 1, "step \(step)")
            // Of what is now free, the last removed partition alone was needed for the last bytes.
            #expect(free(store, others: others) < Self.wanted + 128 << 10, "step \(step)")
        }
        disk.limit(bytes: nil)
        try writer.commit()
        let status = writer.status
        try writer.close()
        #expect(hadFailures && hadRetention)
        let found = StoreInspection(store.directory, isThorough: true)
        #expect(found.storedFlows + status.expiredFlows == status.storedFlows)
    }

    @Test("that gives room back late, no more goes in a run than what was missing")
    func late() throws {
        let store = FaultStore(isInMemory: true)
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(settings(store), catalog: catalog)
        var producer = ScriptedProducer(seed: 1, most: 100)
        for _ in 0..<200 {
            producer.append(to: &writer, catalog)
            try writer.commit()
        }
        let missing: UInt64 = 200_000
        let before = bytes(store)
        let result = try writer.applyRetention(now: 0, at: .now, free: Self.wanted - missing)
        #expect(!result.hasMore)
        let removed = before - bytes(store)
        #expect((missing...missing + 128 << 10).contains(removed))
        try writer.close()
    }
}
