import FlowCatalog
import FlowHistory
import Foundation
import HistoryFaults
import SQLiteRuntime
import Testing

@Suite("While retention removes partitions")
struct RetentionFaultTests {
    /// Each store is written by some processes, one after the other, that kill themselves; after each, it is looked at as
    /// it was left, and as the next writer leaves it.
    @Test("a kill in a sealing, before a row, after a removal or in the making of a file leaves a whole store")
    func killed() throws {
        var random = Seeded(1)
        var hits: [StoreFiles.Interruption: Int] = [:]
        let beginning = FaultStore()
        try write(random.next(), beginning)
        var store = beginning
        for round in 0..<400 {
            if round % 10 == 0 { store = try beginning.copy() }
            let operation = random.next() % 200 + 1
            let victim = try Victim(store.directory, seed: random.next(), operation: operation, retains: true)
            let (said, signal) = try victim.waitForEnd()
            #expect(signal == SIGKILL)
            for interruption in try StoreFiles(store).interruptions { hits[interruption, default: 0] += 1 }
            let safe = said.dropFirst().last ?? 0
            try check(store, "operation \(operation) of round \(round)", safe: safe, isThorough: round % 10 == 9)
            if round >= 39 && hits.count == StoreFiles.Interruption.allCases.count { break }
        }
        #expect(hits.count == StoreFiles.Interruption.allCases.count, "\(hits)")
    }

    /// So much that the next partitions make the oldest go.
    private func write(_ seed: UInt64, _ store: FaultStore) throws {
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(retentionSettings(store.directory), catalog: catalog)
        var producer = ScriptedProducer(seed: seed, most: 200)
        while writer.status.expiredFlows == 0 {
            producer.append(to: &writer, catalog)
            try writer.commit()
        }
        try writer.close()
    }

    private func check(_ store: FaultStore, _ comment: Comment, safe: UInt64, isThorough: Bool = true) throws {
        let found = StoreInspection(store.directory, isCut: true)
        #expect(found.problems == [], comment)
        #expect(found.lastSequence >= safe, comment)
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(retentionSettings(store.directory), catalog: catalog)
        #expect(writer.nextSequence > found.lastSequence, comment)
        var producer = ScriptedProducer(seed: safe)
        producer.append(to: &writer, catalog)
        try writer.commit()
        try writer.applyRetention(now: 0)
        try writer.close()
        let files = try StoreFiles(store)
        #expect(files.sideFiles == [], comment)
        #expect(files.withoutRow.isEmpty && files.withoutFile.isEmpty, comment)
        #expect(files.bytes <= retentionSettings(store.directory).maximumBytes ?? 0, comment)
        let after = StoreInspection(store.directory, isThorough: isThorough, isCut: true)
        #expect(after.problems == [], comment)
        #expect(after.lastSequence > found.lastSequence, comment)
    }

    @Test(
        "a loss of power leaves a whole store, also where removed files are there again",
        arguments: 0..<4 as Range<UInt64>)
    func powerLost(series: UInt64) throws {
        let changes = try changes(seed: series)
        for round in 0..<8 as Range<UInt64> {
            let store = FaultStore()
            let disk = FaultyDisk(store.directory)
            var random = Seeded(series * 10 + round)
            let moment = changes / 3 + random.next() % (changes * 2 / 3) + 1
            disk.fail(.changes, first: moment, .powerLoss)
            try? write(store, seed: series)
            let remains = try store.afterPowerLoss(disk, seed: random.next())
            try forget(store, remains, &random)
            try check(remains, "change \(moment) of series \(series), round \(round)", safe: 0)
        }
    }

    private func changes(seed: UInt64) throws -> UInt64 {
        let store = FaultStore()
        let disk = FaultyDisk(store.directory)
        try write(store, seed: seed)
        return disk.count(.changes)
    }

    private func write(_ store: FaultStore, seed: UInt64) throws {
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(retentionSettings(store.directory), catalog: catalog)
        var producer = ScriptedProducer(seed: seed, most: 100)
        for _ in 0..<40 {
            producer.append(to: &writer, catalog)
            try writer.commit()
            try writer.applyRetention(now: 0)
            _ = try writer.commitIfDue(now: .now + .seconds(3600))
        }
    }

    /// Removals reach the disk in their order, but some of the last ones may not have.
    private func forget(_ store: FaultStore, _ remains: FaultStore, _ random: inout Seeded) throws {
        let there = Set(store.files())
        let removed = remains.files().filter {
            $0.hasPrefix("flows-") && $0.hasSuffix(".sqlite") && !there.contains($0)
        }
        for name in removed.prefix(Int(random.next() % UInt64(removed.count + 1))) {
            for suffix in ["", "-wal", "-journal"] {
                try? FileManager.default.removeItem(atPath: remains.directory + "/" + name + suffix)
            }
        }
    }
}

/// The files of a store as a process has left them.
private struct StoreFiles {
    /// What a process may be in the middle of.
    enum Interruption: CaseIterable {
        case sealing, storingRow, removing, making
    }

    private(set) var bytes: UInt64 = 0
    private(set) var sideFiles: [String] = []
    /// Sealed partitions that the catalog does not know, and partitions that it knows and that are gone.
    private(set) var withoutRow: Set<Int64> = []
    private(set) var withoutFile: Set<Int64> = []
    private(set) var interruptions: Set<Interruption> = []

    init(_ original: FaultStore) throws {
        let store = try original.copy()
        let names = store.files()
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(atPath: store.directory + "/" + name)
            bytes += (attributes[.size] as? NSNumber)?.uint64Value ?? 0
        }
        sideFiles = names.filter { !$0.hasSuffix(".sqlite") && $0 != "writer.lock" }
        let partitions = names.filter { $0.hasPrefix("flows-") && $0.hasSuffix(".sqlite") }
        let sealed = Set(partitions.dropLast().compactMap { Int64($0.dropFirst(6).dropLast(7)) })
        let rows = try Self.rows(store)
        withoutRow = sealed.subtracting(rows)
        withoutFile = rows.subtracting(partitions.compactMap { Int64($0.dropFirst(6).dropLast(7)) })
        let hasLog = partitions.dropLast().contains { name in
            sideFiles.contains(name + "-wal") || sideFiles.contains(name + "-journal")
        }
        if hasLog { interruptions.insert(.sealing) }
        if !withoutRow.isEmpty && !hasLog { interruptions.insert(.storingRow) }
        if !withoutFile.isEmpty { interruptions.insert(.removing) }
        if let newest = partitions.last, try !Self.isMade(store.directory + "/" + newest) {
            interruptions.insert(.making)
        }
    }

    private static func rows(_ store: FaultStore) throws -> Set<Int64> {
        let connection = try Connection(
            path: store.directory + "/history.sqlite", mode: .readWrite, busyTimeout: .zero)
        var row = try connection.prepare("SELECT first_sequence FROM partitions")
        var rows: Set<Int64> = []
        while try row.step() { rows.insert(row.integer(0)) }
        return rows
    }

    private static func isMade(_ path: String) throws -> Bool {
        let connection = try Connection(path: path, mode: .readWrite, busyTimeout: .zero)
        return try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0 > 0
            && connection.text("PRAGMA journal_mode") == "wal"
    }
}
