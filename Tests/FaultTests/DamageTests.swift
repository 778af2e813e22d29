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

    /// Questions that go through a store in different ways.
    enum Question: CaseIterable {
        case all, newestFirst, drops, newestDropsFirst, lateTimes, middle
    }

    init(_ directory: String, _ question: Question = .all) {
        do throws(HistoryError) {
            let catalog = FlowCatalog()
            var reader = try HistoryReader(directory: directory, catalog: catalog)
            var cursor = question.cursor(reader)
            defer {
                (damagedFlows, damage) = (cursor.damagedFlows, cursor.damage)
                damage.formUnion(reader.damage)
            }
            while let batch = try reader.next(&cursor) {
                let endpoints = catalog.endpoints.elements()
                flows = question.order == .ascending ? flows + batch : batch.reversed() + flows
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

extension Reading.Question {
    var order: HistoryCursor.Order { self == .newestFirst || self == .newestDropsFirst ? .descending : .ascending }

    func cursor(_ reader: borrowing HistoryReader) -> HistoryCursor {
        let drops = ColumnFilter(anyOf: [ColumnConditions(facts: [[.verdict(.dropped)]])])
        return switch self {
        case .all, .newestFirst: reader.cursor(order: order)
        case .drops, .newestDropsFirst: reader.cursor(order: order, filter: drops)
        case .lateTimes: reader.cursor(order: order, times: Flow.scripted(600).timeNanoseconds...(.max))
        case .middle: reader.cursor(order: order, sequences: 200...600)
        }
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
        let expected = Reading.Question.allCases.map { Reading(whole.directory, $0) }
        #expect(expected.allSatisfy { $0.flows.count > 50 && !$0.saysSomething })
        for name in whole.files() where !name.hasSuffix("-shm") {
            let bytes = try Data(contentsOf: URL(filePath: whole.directory + "/" + name))
            let used = Array(bytes).enumerated().filter { $0.element != 0 }.map(\.offset)
            guard !used.isEmpty else { continue }
            var random = Seeded(UInt64(name.utf8.count))
            var answered = 0
            for round in 0..<200 {
                let store = try whole.copy()
                let place = try flip(store.directory + "/" + name, bytes, used, &random)
                let question = Reading.Question.allCases[round % expected.count]
                let (found, expected) = (Reading(store.directory, question), expected[round % expected.count])
                check(found, expected, "\(name), \(place): \(question)", mayEndEarly: name.hasSuffix("-wal"))
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

    @Test("on a read-only disk, with the making or sealing of a file interrupted, names it and answers from the others")
    func interruptedOnReadOnlyDisk() throws {
        let unharmed = FaultStore()
        let counting = FaultyDisk(unharmed.directory)
        try writePartitions(unharmed)
        var interrupted = 0
        for moment in stride(from: 1, through: counting.count(.changes), by: 3) {
            let store = FaultStore()
            let dying = FaultyDisk(store.directory)
            dying.fail(.changes, first: moment, .powerLoss)
            try? writePartitions(store)
            let remains = try store.copy()
            let journals = remains.files().filter { $0.hasSuffix("-journal") }
            guard journals.contains(where: { $0.hasPrefix("flows-") }) else { continue }
            let writable = try remains.copy()
            let whole = Reading(writable.directory)
            let disk = FaultyDisk(remains.directory)
            disk.makeReadOnly()
            let found = Reading(remains.directory)
            disk.work()
            #expect(found.error == nil && found.wrongFlows() == [], "change \(moment)")
            guard !found.damage.files.isEmpty else { continue }
            interrupted += 1
            let named = Set(found.damage.files.keys)
            #expect(named.count <= 2, "one is being made while the one before it is being sealed")
            let others = whole.flows.filter { !named.contains(remains.directory + "/" + remains.partition(of: $0)) }
            #expect(found.flows.map(\.sequence) == others.map(\.sequence), "change \(moment)")
        }
        #expect(interrupted > 0)
    }

    /// Ten batches in a few partitions.
    private func writePartitions(_ store: FaultStore) throws {
        let catalog = FlowCatalog()
        var settings = faultSettings(store.directory)
        settings.partitionPeriod = .milliseconds(100)
        var writer = try HistoryWriter(settings, catalog: catalog)
        var producer = ScriptedProducer(seed: 3, most: 60)
        for _ in 1...10 {
            producer.append(to: &writer, catalog)
            try writer.commit()
        }
        try writer.close()
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

extension FaultStore {
    /// The file that has a flow.
    fileprivate func partition(of flow: Flow) -> String {
        let names = files().filter { $0.hasPrefix("flows-") && $0.hasSuffix(".sqlite") }
        return names.last { UInt64($0.dropFirst("flows-".count).dropLast(".sqlite".count)) ?? 0 <= flow.sequence } ?? ""
    }
}
