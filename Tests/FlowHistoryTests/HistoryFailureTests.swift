import FlowCatalog
import FlowModel
import Foundation
import SQLiteRuntime
import Testing

@testable import FlowHistory

/// Runs a body while another connection holds the write lock of one of the store's files, the live partition's by
/// default.
func withBusyStore(_ store: TemporaryStore, path: String? = nil, _ body: () throws -> Void) throws {
    let other = try Connection(path: path ?? store.database, mode: .readWrite, busyTimeout: .seconds(1))
    let transaction = try Transaction(other, .immediate)
    try body()
    try transaction.commit()
}

@Suite("When the disk refuses")
struct HistoryFailureTests {
    @Test("flows wait up to the backlog, the others are counted as lost, and all of it is stored afterwards")
    func backlog() throws {
        let store = TemporaryStore()
        let settings = store.settings {
            ($0.blockFlows, $0.backlogFlows, $0.busyTimeout) = (100, 250, .zero)
        }
        let flows = likelyFlows(500)
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        writer.append(flows[..<50])
        try writer.commit()
        try withBusyStore(store) {
            for start in stride(from: 50, to: 400, by: 50) {
                writer.append(flows[start..<start + 50])
                #expect(throws: HistoryError.self) { try writer.commit() }
            }
        }
        #expect(writer.status.waitingFlows == 250)
        #expect(writer.status.lostFlows == 100)
        #expect(writer.status.storedThrough == 50)
        #expect(writer.status.failedWrites == 7)
        #expect(writer.status.lastError?.contains("database is locked") == true)
        try writer.commit()
        #expect(writer.status.lastError == nil)
        writer.append(flows[400...])
        try writer.close()

        #expect(try readAll(store).map(\.sequence) == Array(1...300) + Array(401...500))
        let lostTimes = flows[300..<400].map(\.timeNanoseconds)
        let loss = LostEvent(
            place: .history, count: 100, firstNanoseconds: lostTimes.min()!, lastNanoseconds: lostTimes.max()!)
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.losses() == [loss])
    }

    @Test("a commit that found the file busy is tried again a moment later, and not before")
    func backsOff() throws {
        let store = TemporaryStore()
        var writer = try HistoryWriter(
            store.settings { ($0.blockFlows, $0.busyTimeout) = (10, .zero) }, catalog: FlowCatalog())
        writer.append(likelyFlows(10))
        let start = ContinuousClock.now
        try withBusyStore(store) {
            #expect(throws: HistoryError.self) { try writer.commitIfDue(now: start) }
            for milliseconds in [0, 19] {
                let hasCommitted = try writer.commitIfDue(now: start + .milliseconds(milliseconds))
                #expect(!hasCommitted)
            }
        }
        #expect(writer.status.failedWrites == 1)
        #expect(try writer.commitIfDue(now: start + .milliseconds(20)))
    }

    @Test(
        "a full disk (a limit on file sizes) costs counted flows and nothing else, and writing goes on when it is gone")
    func fullDisk() async {
        await #expect(processExitsWith: .success) {
            let store = TemporaryStore()
            signal(SIGXFSZ, SIG_IGN)
            // The flows' times are anything at all, and shall not open a new file each.
            let settings = store.settings {
                ($0.blockFlows, $0.backlogFlows, $0.partitionPeriod) = (1024, 1024, .seconds(18_000_000_000))
            }
            var writer = try HistoryWriter(settings, catalog: FlowCatalog())
            limitFileSize(1 << 20)
            let failures = write(1...25, to: &writer)
            limitFileSize(1 << 30)
            let status = writer.status
            guard failures > 0, status.lostFlows > 0, status.storedFlows > 0 else { exit(11) }
            guard write(26...28, to: &writer) == 0 else { exit(12) }
            guard status.storedFlows + status.lostFlows == 28 * 512, status.waitingFlows == 0 else { exit(13) }
            try writer.close()
            let stored = try readAll(store)
            guard UInt64(stored.count) == status.storedFlows else { exit(14) }
            var reader = try HistoryReader(directory: store.directory)
            guard try reader.losses().map(\.count).reduce(0, +) == status.lostFlows else { exit(15) }
            guard try reader.integrityCheck() == [] else { exit(16) }
        }
    }
}

/// Batches of 512 flows, each with its commit; returns how many commits failed.
private func write(_ batches: ClosedRange<UInt64>, to writer: inout HistoryWriter) -> Int {
    var random = SeededGenerator(seed: batches.lowerBound)
    var failures = 0
    for batch in batches {
        writer.append((0..<512).map { Flow.wild((batch - 1) * 512 + $0 + 1, &random) })
        do { try writer.commit() } catch { failures += 1 }
    }
    return failures
}

/// The soft limit, which the process may raise again.
private func limitFileSize(_ bytes: UInt) {
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit)
    limit.rlim_cur = bytes
    unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit)
}
