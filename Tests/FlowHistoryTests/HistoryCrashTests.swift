import FlowCatalog
import FlowModel
import Foundation
import SQLiteRuntime
import Testing

@testable import FlowHistory

@Suite("After a crash")
struct HistoryCrashTests {
    /// Whole, with sequences from 1 without a gap, at least up to the given one; and writing goes on behind them.
    private func check(_ store: TemporaryStore, through sequence: UInt64) throws {
        var writer = try HistoryWriter(store.settings { $0.blockFlows = 256 }, catalog: FlowCatalog())
        let last = writer.nextSequence - 1
        #expect(last >= sequence)
        writer.append(likelyFlows(300, from: last + 1))
        try writer.close()
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.integrityCheck() == [])
        let stored = try readAll(store)
        #expect(stored.map(\.sequence) == Array(1...last + 300))
        for flow in stored where flow.sequence <= last { #expect(flow.bytes == flow.sequence &* 3) }
    }

    @Test("of the process by SIGKILL at any moment, all that was said to be stored is there", arguments: 0..<4)
    func killed(round: Int) async throws {
        let store = TemporaryStore()
        let directory = store.directory
        await #expect(processExitsWith: .signal(SIGKILL)) { [directory = directory as String, round = round as Int] in
            try writeUntilKilled(directory, afterMicroseconds: 60_000 + 37_000 * round)
        }
        let said = try Data(contentsOf: URL(filePath: directory + "/said"))
        let sequence = UInt64(String(decoding: said, as: UTF8.self).split(separator: "\n").dropLast().last ?? "0") ?? 0
        #expect(sequence > 0)
        try check(store, through: sequence)
    }

    @Test("of the machine, a copy of the files at any commit opens with all commits before")
    func copies() throws {
        let store = TemporaryStore()
        var writer = try HistoryWriter(
            store.settings { ($0.blockFlows, $0.checkpointBytes) = (256, 1 << 18) }, catalog: FlowCatalog())
        for round in 1...40 {
            writer.append(numbered(100, from: writer.nextSequence))
            try writer.commit()
            // A copy of two files is no snapshot while a checkpoint runs; a cut of the power would be.
            writer.checkpointer.finish()
            if round % 8 == 0 { try check(try store.cut(), through: UInt64(round) * 100) }
        }
    }

    @Test("that cut the write-ahead log short anywhere, the commits before the cut are there, whole")
    func truncatedLog() throws {
        let store = TemporaryStore()
        var writer = try HistoryWriter(store.settings { $0.blockFlows = 256 }, catalog: FlowCatalog())
        for _ in 1...20 {
            writer.append(numbered(100, from: writer.nextSequence))
            try writer.commit()
        }
        let whole = try Data(contentsOf: URL(filePath: store.database + "-wal"))
        var counts: Set<Int> = []
        for part in 1..<12 {
            let copy = try store.cut()
            try whole.prefix(whole.count * part / 12 + part).write(to: URL(filePath: copy.database + "-wal"))
            guard var reader = try? HistoryReader(directory: copy.directory) else { continue }
            let last = try reader.extent().sequences?.upperBound ?? 0
            #expect(last % 100 == 0)
            counts.insert(Int(last))
            try check(copy, through: last)
        }
        #expect(counts.count > 4)
    }
}

/// Likely flows whose bytes tell their sequence.
private func numbered(_ count: Int, from sequence: UInt64) -> [Flow] {
    likelyFlows(count, from: sequence).map { flow in
        var flow = flow
        flow.bytes = flow.sequence &* 3
        return flow
    }
}

/// Writes and says after each commit how far it came, until it kills itself from another thread.
private func writeUntilKilled(_ directory: String, afterMicroseconds delay: Int) throws {
    var settings = HistorySettings(directory: directory)
    (settings.blockFlows, settings.checkpointBytes, settings.busyTimeout) = (256, 1 << 18, .seconds(20))
    var writer = try HistoryWriter(settings, catalog: FlowCatalog())
    _ = FileManager.default.createFile(atPath: directory + "/said", contents: nil)
    let said = try FileHandle(forWritingTo: URL(filePath: directory + "/said"))
    var isDue = false
    while true {
        writer.append(numbered(.random(in: 1...90), from: writer.nextSequence))
        try writer.commit()
        try said.write(contentsOf: Data("\(writer.status.storedThrough)\n".utf8))
        if isDue { continue }
        // From the first commit on, so that something is stored on a slow machine, too.
        isDue = true
        DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(delay)) { _ = kill(getpid(), SIGKILL) }
    }
}
