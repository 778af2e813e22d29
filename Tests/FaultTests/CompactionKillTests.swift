import FlowCatalog
import FlowModel
import Foundation
import HistoryFaults
import Testing

@testable import FlowHistory

@Suite("A compaction that is killed")
struct CompactionKillTests {
    private static let flowCount: UInt64 = 250

    /// Five sealed partitions with a gap in each, and the newest.
    private static func fill(_ directory: String) throws {
        let catalog = FlowCatalog()
        catalog.internScripted(through: flowCount)
        var writer = try HistoryWriter(settings(directory), catalog: catalog)
        while writer.nextSequence <= flowCount {
            let first = writer.nextSequence
            let flows = (first..<first + 50).map { Flow.scripted($0) }
            writer.append(flows.span)
            writer.append(
                loss: LostEvent(place: .history, count: first, firstNanoseconds: first, lastNanoseconds: first))
            try writer.beginPartition()
        }
        try writer.close()
    }

    private static func settings(_ directory: String) -> HistorySettings {
        var settings = HistorySettings(directory: directory)
        (settings.blockFlows, settings.minimumFreeBytes, settings.busyTimeout) = (32, nil, .seconds(20))
        settings.partitionPeriod = .seconds(1 << 32)
        return settings
    }

    private static func compact(_ directory: String) throws {
        var writer = try HistoryWriter(settings(directory), catalog: FlowCatalog())
        try writer.compact { _ in }
        try writer.close()
    }

    /// All flows and gaps once, for a reader that finds the files as they are.
    private func check(_ directory: String, _ moment: Comment) throws {
        var reader = try HistoryReader(directory: directory, catalog: FlowCatalog())
        for order in [HistoryCursor.Order.ascending, .descending] {
            var cursor = reader.cursor(order: order)
            var flows: [Flow] = []
            while let batch = try reader.next(&cursor) { flows += batch }
            let sequences = order == .ascending ? flows.map(\.sequence) : flows.reversed().map(\.sequence)
            #expect(sequences == Array(1...Self.flowCount), moment)
            #expect(flows.allSatisfy { $0.isSame(as: .scripted($0.sequence)) }, moment)
        }
        #expect(try reader.losses().map(\.count) == Array(stride(from: 1, to: Self.flowCount, by: 50)), moment)
        #expect(try reader.extent().flows == Self.flowCount, moment)
        #expect(try reader.integrityCheck() == [], moment)
    }

    /// Changes of the disk that a whole compaction makes.
    private func changes() throws -> UInt64 {
        let store = FaultStore()
        try Self.fill(store.directory)
        let disk = FaultyDisk(store.directory)
        try Self.compact(store.directory)
        return disk.count(.changes)
    }

    @Test("before, while and after files take their places has each flow and gap once, and so has the next one")
    func killed() async throws {
        let changes = try changes()
        let full = FaultStore()
        try Self.fill(full.directory)
        var states: Set<[String]> = []
        // The last changes are those of closing; before them files take each other's place.
        let moments = Array(stride(from: 1, to: changes - 40, by: 40)) + Array(changes - 40...changes - 26)
        for moment in moments {
            let store = try full.copy()
            let directory = store.directory
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [directory = directory as String, moment = moment as UInt64] in
                let disk = FaultyDisk(directory)
                disk.fail(.changes, first: moment, .kill)
                try Self.compact(directory)
            }
            let work = FileManager.default.fileExists(atPath: directory + "/compacting") ? ["compacting"] : []
            states.insert(store.files().filter { $0.hasSuffix(".sqlite") } + work)
            try check(directory, "change \(moment) of \(changes)")
            try Self.compact(directory)
            try check(directory, "after the next compaction")
            #expect(store.files().filter { $0.hasSuffix(".sqlite") }.count == 3)
        }
        let all = full.files().filter { $0.hasSuffix(".sqlite") }
        #expect(states.contains(all + ["compacting"]), "it died when the new file was in its place beside all others")
        #expect(states.count > 3, "and before, while it was written and when the others were gone")
    }
}
