import Dispatch
import FlowCatalog
import FlowModel
import Synchronization
import Testing

@testable import FlowHistory

@Suite("While history is written")
struct HistoryConcurrencyTests {
    @Test("readers see every flow up to the durable sequence once, in order, in both directions")
    func readersBesideWriter() async throws {
        let store = TemporaryStore()
        let last: UInt64 = 30_000
        let settings = store.settings { ($0.blockFlows, $0.checkpointBytes) = (512, 1 << 19) }
        let writer = try HistoryWriter(settings, catalog: FlowCatalog())
        let status = writer.status
        let handOver = HandOver(writer)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await onThread { try write(handOver, last) } }
            group.addTask { try await onThread { try follow(store, last) } }
            group.addTask { try await onThread { try lookBack(store, status, last) } }
            try await group.waitForAll()
        }
        var reader = try HistoryReader(directory: store.directory)
        #expect(try reader.integrityCheck() == [])
    }
}

/// What a reader saw and must not see.
private struct Disorder: Error {
    let what: String
}

private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
    }
}

/// Carries the writer to the thread that will own it.
private final class HandOver: Sendable {
    private let writer: Mutex<HistoryWriter?>
    init(_ writer: consuming HistoryWriter) { self.writer = Mutex(writer) }
    func take() -> HistoryWriter? { writer.withLock { $0.take() } }
}

private func write(_ handOver: HandOver, _ last: UInt64) throws {
    guard var writer = handOver.take() else { return }
    var random = SeededGenerator(seed: 11)
    while writer.nextSequence <= last {
        let count = min(Int.random(in: 1...700, using: &random), Int(last - writer.nextSequence + 1))
        writer.append(likelyFlows(count, from: writer.nextSequence))
        // A checkpoint may be in the way for a moment: the next commit takes this batch along.
        _ = try? writer.commit()
    }
    try writer.close()
}

/// One cursor that follows the writer to the end.
private func follow(_ store: TemporaryStore, _ last: UInt64) throws {
    var reader = try HistoryReader(directory: store.directory)
    var cursor = reader.cursor(order: .ascending)
    var expected: UInt64 = 1
    while expected <= last {
        for flow in try reader.next(&cursor) ?? [] {
            guard flow.sequence == expected else {
                throw Disorder(what: "flow \(flow.sequence) came instead of \(expected)")
            }
            expected += 1
        }
    }
}

/// Many queries, each from the newest to the oldest.
private func lookBack(_ store: TemporaryStore, _ status: HistoryStatus, _ last: UInt64) throws {
    var reader = try HistoryReader(directory: store.directory)
    var newest: UInt64 = 0
    while newest < last {
        let durable = status.storedThrough
        var cursor = reader.cursor(order: .descending, sequences: (durable > 3000 ? durable - 3000 : 0)...(.max))
        let sequences = try readAll(&reader, &cursor).map(\.sequence)
        guard let first = sequences.first else { continue }
        guard first >= durable else { throw Disorder(what: "\(durable) is durable, and \(first) the newest") }
        guard sequences == Array((sequences.last ?? 0)...first).reversed() else {
            throw Disorder(what: "a gap or a repeat below flow \(first)")
        }
        newest = first
    }
}
