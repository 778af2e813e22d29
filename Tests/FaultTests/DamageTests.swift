import FlowCatalog
import FlowHistory
import FlowModel
import Foundation
import HistoryFaults
import Testing

/// What a reader makes of a damaged store.
private struct Reading {
    var flows: [Flow] = []
    var damagedFlows = 0
    var damage = StoreDamage()
    var error: HistoryError?

    init(_ directory: String, _ order: HistoryCursor.Order = .ascending) {
        do throws(HistoryError) {
            let catalog = FlowCatalog()
            var reader = try HistoryReader(directory: directory, catalog: catalog)
            var cursor = reader.cursor(order: order)
            defer {
                (damagedFlows, damage) = (cursor.damagedFlows, cursor.damage)
                damage.formUnion(reader.damage)
            }
            while let batch = try reader.next(&cursor) {
                let endpoints = catalog.endpoints.elements()
                flows += batch
                misnamedFlows += batch.count { flow in
                    let index = Int(flow.sourceEndpoint)
                    if flow.unknownNames.source == .nameDamaged { return false }
                    return !endpoints.indices.contains(index) || endpoints[index].podName != "pod-\(index)"
                }
                namelessFlows += batch.count { $0.unknownNames.source == .nameDamaged }
            }
        } catch {
            self.error = error
        }
    }

    /// Flows that name another endpoint than they did.
    private(set) var misnamedFlows = 0
    /// Flows that say that their name is damaged.
    private(set) var namelessFlows = 0

    var saysSomething: Bool { error != nil || damagedFlows > 0 || !damage.isEmpty }

    /// Flows that never were, or that come in the wrong place.
    func wrongFlows() -> [UInt64] {
        var wrong = flows.filter { flow in
            var flow = flow
            if flow.unknownNames.source == .nameDamaged { flow.unknownNames.source = .none }
            return !flow.isSame(as: .scripted(flow.sequence))
        }.map(\.sequence)
        for (flow, next) in zip(flows, flows.dropFirst()) where next.sequence <= flow.sequence {
            wrong.append(next.sequence)
        }
        return wrong
    }
}

@Suite("A damaged store")
struct DamageTests {
    /// A store of about 30 flows a batch; `isOpen` leaves what a writer has not yet checkpointed.
    private func makeStore(isOpen: Bool, batches: Int = 30) throws -> FaultStore {
        let store = FaultStore()
        let catalog = FlowCatalog()
        var writer = try HistoryWriter(faultSettings(store.directory), catalog: catalog)
        var producer = ScriptedProducer(seed: 9, most: 60)
        for batch in 1...batches {
            producer.append(to: &writer, catalog)
            try writer.commit()
            if batch == 20 { checkpoint(&writer) }
        }
        if isOpen { return try store.copy() }
        try writer.close()
        return store
    }

    private func checkpoint(_ writer: inout HistoryWriter) {
        let status = writer.status
        let count = status.checkpoints
        _ = try? writer.commitIfDue(now: .now + .seconds(3600))
        for _ in 0..<20_000 where status.checkpoints == count { usleep(100) }
    }

    /// Turns over one bit where something is written: free space has nothing to say.
    private func flip(_ path: String, _ bytes: Data, _ used: [Int], _ random: inout Seeded) throws -> String {
        var bytes = bytes
        let (index, bit) = (used.randomElement(using: &random) ?? 0, random.next() % 8)
        bytes[index] ^= 1 << bit
        try bytes.write(to: URL(filePath: path))
        return "bit \(bit) of byte \(index)"
    }

    @Test(
        "by one bit at any of 200 places of each file, gives no wrong flow, and misses none without saying so",
        arguments: [false, true])
    func flippedBits(isOpen: Bool) throws {
        let whole = try makeStore(isOpen: isOpen)
        let expected = Reading(whole.directory)
        #expect(expected.flows.count > 500 && !expected.saysSomething)
        for name in whole.files() where !name.hasSuffix("-shm") {
            let bytes = try Data(contentsOf: URL(filePath: whole.directory + "/" + name))
            let used = Array(bytes).enumerated().filter { $0.element != 0 }.map(\.offset)
            guard !used.isEmpty else { continue }
            var random = Seeded(UInt64(name.utf8.count))
            var answered = 0
            for _ in 0..<200 {
                let store = try whole.copy()
                let place = try flip(store.directory + "/" + name, bytes, used, &random)
                let found = Reading(store.directory)
                check(found, expected, "\(name), \(place)", mayEndEarly: name.hasSuffix("-wal"))
                if found.flows.count >= expected.flows.count - 64 { answered += 1 }
            }
            // The end of a log is lost with its first damaged commit.
            #expect(answered > 100 || name.hasSuffix("-wal"), "of \(name), \(answered)")
        }
    }

    /// - Parameter mayEndEarly: a damaged commit of the write-ahead log is to SQLite the end of the log, as after a crash.
    private func check(_ found: Reading, _ expected: Reading, _ place: Comment, mayEndEarly: Bool) {
        #expect(found.wrongFlows() == [], place)
        let isPrefix = found.flows.map(\.sequence) == expected.flows.prefix(found.flows.count).map(\.sequence)
        let isWhole = found.flows.count == expected.flows.count || (mayEndEarly && isPrefix)
        #expect(isWhole || found.saysSomething, place)
        #expect(found.misnamedFlows == 0, place)
        #expect(found.namelessFlows == 0 || !found.damage.isEmpty, place)
    }

    @Test("with a sector that cannot be read, answers with all blocks but those in it, and counts their flows")
    func badSectors() throws {
        let whole = try makeStore(isOpen: false, batches: 90)
        let expected = Reading(whole.directory).flows.count
        var partial = 0
        for name in whole.files() where !name.hasSuffix("-shm") {
            let size = try Data(contentsOf: URL(filePath: whole.directory + "/" + name)).count
            for offset in stride(from: 0, to: size, by: 8192) {
                let disk = FaultyDisk(whole.directory)
                disk.damage("/" + name, offset..<offset + 512)
                let found = Reading(whole.directory)
                #expect(found.wrongFlows() == [], "\(name) at \(offset)")
                guard found.error == nil else { continue }
                let isKnown = found.flows.count + found.damagedFlows == expected
                #expect(isKnown || !found.damage.files.isEmpty, "\(name) at \(offset)")
                if found.damagedFlows > 0 && found.flows.count > 500 { partial += 1 }
            }
        }
        #expect(partial > 1)
    }
}
