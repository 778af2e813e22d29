import FlowRing
import Synchronization
import SystemRuntime
import Testing

/// A record whose words all follow from its position, so that a torn copy shows.
private struct Record: BitwiseCopyable, Equatable {
    var words: (UInt64, UInt64, UInt64, UInt64)
    init(_ position: UInt64) { words = (position, ~position, position &* 31, position ^ 0xffff) }
    var position: UInt64 { words.0 }
    var isIntact: Bool { Record(position) == self }
    static func == (left: Record, right: Record) -> Bool { left.words == right.words }
}

@Suite struct BroadcastRingTests {
    private func write(_ range: Range<UInt64>, to writer: inout BroadcastWriter<Record>) {
        let records = range.map { Record($0) }
        writer.append(records.span)
    }

    private func drain(_ reader: inout BroadcastReader<Record>) -> (read: [UInt64], lost: UInt64) {
        var read: [UInt64] = []
        var lost: UInt64 = 0
        while true {
            let step = reader.read { span in for index in span.indices { read.append(span[index].position) } }
            lost += step.lost
            if step.count == 0 && step.lost == 0 { return (read, lost) }
        }
    }

    @Test("Every reader sees every element, from where it started")
    func everyReader() {
        let ring = BroadcastRing<Record>(capacity: 16, start: 100)
        var writer = BroadcastWriter(ring)
        var early = BroadcastReader(ring, at: 100, batchCapacity: 3)
        write(100..<105, to: &writer)
        var late = BroadcastReader(ring, at: ring.published)
        write(105..<110, to: &writer)
        #expect(drain(&early).read == Array(100..<110))
        #expect(drain(&late).read == Array(105..<110))
    }

    @Test("A word of an element that is in the ring can be replaced, and no other word changes")
    func replacedWord() {
        let ring = BroadcastRing<Record>(capacity: 4, start: 1)
        var writer = BroadcastWriter(ring)
        write(1..<3, to: &writer)
        #expect(writer.oldest == 1)
        write(3..<5, to: &writer)
        write(5..<7, to: &writer)
        #expect(writer.oldest == 3)
        #expect(writer.word(2, at: 3) == 93)
        writer.replace(word: 2, at: 3, with: 7)
        var reader = BroadcastReader(ring, at: 3)
        var read: [Record] = []
        _ = reader.read { span in for index in span.indices { read.append(span[index]) } }
        #expect(read[0].words == (3, ~3, 7, 3 ^ 0xffff))
        #expect(read.dropFirst().filter { !$0.isIntact }.isEmpty)
    }

    @Test("An overtaken reader misses exactly what it counts, and resumes with the oldest element that is there")
    func overtaken() {
        let ring = BroadcastRing<Record>(capacity: 8)
        var writer = BroadcastWriter(ring)
        var reader = BroadcastReader(ring, at: 0)
        for batch in 0..<5 as Range<UInt64> { write(batch * 4..<batch * 4 + 4, to: &writer) }
        let result = drain(&reader)
        #expect(result.read == Array(12..<20))
        #expect(result.lost == 12)
    }

    @Test("A reader that skips by seeking has lost nothing")
    func seek() {
        let ring = BroadcastRing<Record>(capacity: 8)
        var writer = BroadcastWriter(ring)
        var reader = BroadcastReader(ring, at: 0)
        write(0..<4, to: &writer)
        reader.seek(to: 3)
        #expect(drain(&reader) == ([3], 0))
    }

    @Test("An empty batch changes nothing")
    func emptyBatch() {
        let ring = BroadcastRing<Record>(capacity: 8, start: 5)
        var writer = BroadcastWriter(ring)
        writer.append(Span())
        #expect(writer.position == 5)
        #expect(ring.published == 5)
    }

    @Test("A bounded read stops before its end")
    func bounded() {
        let ring = BroadcastRing<Record>(capacity: 8)
        var writer = BroadcastWriter(ring)
        var reader = BroadcastReader(ring, at: 0)
        write(0..<4, to: &writer)
        let first = reader.read(upTo: 2) { _ in }
        #expect(first == (2, 0))
        let second = reader.read(upTo: 2) { _ in }
        #expect(second == (0, 0))
    }

    @Test("Racing readers never see a torn record; read and lost add up to what was written")
    func race() {
        let ring = BroadcastRing<Record>(capacity: 64)
        let total: UInt64 = 200_000
        let writing = NamedThread("writer") {
            var writer = BroadcastWriter(ring)
            var next: UInt64 = 0
            while next < total {
                let end = min(next + 1 + next % 7, total)
                let records = (next..<end).map { Record($0) }
                writer.append(records.span)
                next = end
            }
        }
        let outcomes = (0..<2).map { _ in Outcome() }
        let reading = outcomes.map { outcome in
            NamedThread("reader") { Self.readAll(total, of: ring, into: outcome) }
        }
        for thread in [writing] + reading { thread.join() }
        for outcome in outcomes {
            #expect(outcome.torn.load(ordering: .relaxed) == 0)
            #expect(outcome.unordered.load(ordering: .relaxed) == 0)
            #expect(outcome.read.load(ordering: .relaxed) + outcome.lost.load(ordering: .relaxed) == total)
        }
    }

    /// Atomics rather than a lock: the sanitizer does not see into the library's `Mutex`.
    private final class Outcome: Sendable {
        let torn = Atomic(0)
        let unordered = Atomic(0)
        let read = Atomic<UInt64>(0)
        let lost = Atomic<UInt64>(0)
    }

    private static func readAll(_ total: UInt64, of ring: BroadcastRing<Record>, into outcome: Outcome) {
        var reader = BroadcastReader(ring, at: 0, batchCapacity: 16)
        var read: UInt64 = 0
        var lost: UInt64 = 0
        var last: UInt64?
        while read + lost < total {
            let step = reader.read { span in
                for index in span.indices {
                    if !span[index].isIntact { outcome.torn.add(1, ordering: .relaxed) }
                    if let last, span[index].position <= last { outcome.unordered.add(1, ordering: .relaxed) }
                    last = span[index].position
                }
            }
            read += UInt64(step.count)
            lost += step.lost
        }
        outcome.read.store(read, ordering: .relaxed)
        outcome.lost.store(lost, ordering: .relaxed)
    }
}
