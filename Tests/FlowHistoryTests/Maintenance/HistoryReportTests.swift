import FlowCatalog
import FlowModel
import Foundation
import SQLiteRuntime
import Testing

@testable import FlowHistory

@Suite("The report on a store")
struct HistoryReportTests {
    private let store = TemporaryStore()

    private func fill(_ catalog: FlowCatalog = FlowCatalog()) throws -> HistoryWriter {
        var writer = try HistoryWriter(
            store.settings { settings in
                (settings.blockFlows, settings.partitionPeriod) = (64, .milliseconds(3))
                settings.nodeName = "n1"
            }, catalog: catalog)
        for _ in 0..<20 {
            writer.append(likelyFlows(50, from: writer.nextSequence))
            try writer.commit()
        }
        writer.checkpointer.finish()
        return writer
    }

    @Test("names the process that writes, beside which it works, and nobody once it has closed the store")
    func writer() throws {
        let writer = try fill()
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.report().writer == getpid())
        try writer.close()
        #expect(try reader.report().writer == nil)
    }

    @Test("adds up flows, bytes, times, names and losses")
    func sums() throws {
        let catalog = FlowCatalog()
        _ = catalog.endpoints.intern(Endpoint(identity: Identity(rawValue: 300), namespace: "shop", podName: "cart"))
        var writer = try fill(catalog)
        for place in [LossPlace.history, .eventRing, .history] {
            writer.append(
                loss: LostEvent(place: place, count: 5, firstNanoseconds: 1, lastNanoseconds: Flow.startNanoseconds))
            try writer.commit()
        }
        try writer.close()
        var reader = try HistoryReader(directory: store.directory)
        let report = try reader.report()
        #expect(report.flows == 1_000)
        #expect(report.partitions.count == StoreFile.partitions(store.directory).count)
        #expect(report.partitions.filter(\.isNewest).map(\.firstSequence) == [report.partitions.last?.firstSequence])
        #expect(report.times == (try reader.extent().times))
        #expect(report.bytes == (try reader.extent().bytes))
        #expect(report.names.endpoints == 1)
        #expect(report.lost == [.history: 10, .eventRing: 5])
        #expect(report.nodeName == "n1")
    }

    @Test("says of a check which file has which problem")
    func problems() throws {
        try fill().close()
        let damaged = StoreFile.partitionPath(store.directory, StoreFile.partitions(store.directory)[1])
        do {
            let connection = try Connection(path: damaged, mode: .readWrite, busyTimeout: .zero)
            try connection.execute("UPDATE block_columns SET data = zeroblob(length(data)) WHERE id % 4 = 1")
        }
        var reader = try HistoryReader(directory: store.directory)
        var files: [CheckedFile] = []
        try reader.integrityCheck { files.append($0) }
        #expect(files.map(\.position) == Array(1...files.count))
        #expect(files.filter { !$0.problems.isEmpty }.map(\.name) == [StoreFile.name(of: damaged)])
        #expect(files.reduce(0) { $0 + $1.flows } < 1_000)
    }

    @Test("says of a check where the catalog and a file differ")
    func differingCatalog() throws {
        try fill().close()
        do {
            let connection = try Connection(path: store.catalog, mode: .readWrite, busyTimeout: .zero)
            try CheckedTable.define(connection)
            var damage = StoreDamage()
            var summary = try #require(try PartitionSummary.load(connection, store.catalog, &damage)[1])
            summary.flows += 1
            try summary.store(connection)
        }
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.integrityCheck().contains { $0.hasPrefix("the catalog says") })
    }
}

@Suite("Pruning")
struct HistoryPruneTests {
    private let store = TemporaryStore()

    private func fill() throws -> HistoryReport {
        var writer = try HistoryWriter(
            store.settings { ($0.blockFlows, $0.partitionPeriod) = (64, .milliseconds(3)) }, catalog: FlowCatalog())
        for _ in 0..<40 {
            writer.append(likelyFlows(50, from: writer.nextSequence))
            try writer.commit()
        }
        try writer.close()
        var reader = try HistoryReader(directory: store.directory)
        return try reader.report()
    }

    private func prune(_ report: HistoryReport, _ limit: PruneLimit) throws -> [UInt64] {
        var writer = try HistoryWriter(store.settings(), catalog: FlowCatalog())
        try writer.remove(report.partitions(beyond: limit))
        try writer.close()
        return StoreFile.partitions(store.directory)
    }

    @Test("by time removes partitions whose newest flow is before it, and no other")
    func byTime() throws {
        let report = try fill()
        let times = report.partitions.compactMap(\.times)
        let left = try prune(report, .before(times[2].upperBound))
        #expect(left == report.partitions.dropFirst(2).map(\.firstSequence))
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.integrityCheck() == [])
    }

    @Test("by size removes as many of the oldest as must go, and never the newest")
    func bySize() throws {
        let report = try fill()
        let last = report.partitions.count - 1
        let wanted = report.bytes - report.partitions[0].bytes - 1
        #expect(report.partitions(beyond: .bytes(wanted)).count == 2)
        #expect(report.partitions(beyond: .bytes(report.bytes)).isEmpty)
        #expect(try prune(report, .bytes(0)) == [report.partitions[last].firstSequence])
    }

    @Test("of all flows leaves a store whose sequences go on")
    func everything() throws {
        let report = try fill()
        #expect(try prune(report, .before(.max)) == [2_001])
        let writer = try HistoryWriter(store.settings(), catalog: FlowCatalog())
        #expect(writer.nextSequence == 2_001)
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.report().flows == 0)
    }
}
