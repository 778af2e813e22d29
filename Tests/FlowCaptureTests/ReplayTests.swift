import DatapathABI
import FlowCapture
import FlowRing
import Synchronization
import SystemRuntime
import Testing

@Suite struct ReplayTests {
    private let fixture: RecordingFixture

    init() throws { fixture = try RecordingFixture() }

    /// Time passes only while somebody sleeps.
    private final class SimulatedClock: ReplayClock {
        private let now = Atomic<UInt64>(77_000)
        private let onSleep: @Sendable (UInt64) -> Void

        init(onSleep: @escaping @Sendable (UInt64) -> Void = { _ in }) { self.onSleep = onSleep }

        func nanoseconds() -> UInt64 { now.load(ordering: .relaxed) }
        func sleep(nanoseconds: UInt64) {
            onSleep(self.nanoseconds())
            now.add(nanoseconds, ordering: .relaxed)
        }
    }

    /// What a reader of the ring sees, and when.
    private final class Reader: Sendable {
        private let ring: Mutex<EventRingReader<apus_event>>
        let seen = Mutex<[(number: UInt64, time: UInt64, at: UInt64)]>([])

        init(_ ring: EventRing<apus_event>) { self.ring = Mutex(EventRingReader(ring)) }

        func take(at now: UInt64, limit: Int = .max) {
            ring.withLock { ring in
                _ = ring.consume(limit: limit) { span in
                    for index in span.indices {
                        let event = span[index]
                        seen.withLock { $0.append((event.bytes, event.time_ns, now)) }
                    }
                }
            }
        }
    }

    private func replay(
        _ speed: ReplaySpeed, capacity: Int = 64, limit: Int = .max
    ) throws -> (count: UInt64, seen: [(number: UInt64, time: UInt64, at: UInt64)], lost: UInt64, end: UInt64) {
        let ring = EventRing<apus_event>(capacity: capacity)
        let reader = Reader(ring)
        let clock = SimulatedClock { reader.take(at: $0, limit: limit) }
        var replay = RecordingReplay(
            try RecordingReader(path: fixture.path), into: ring, speed: speed, clock: clock)
        let count = try replay.run(until: Atomic(false))
        for _ in 0...capacity { reader.take(at: clock.nanoseconds()) }
        return (count, reader.seen.withLock { $0 }, ring.lost, clock.nanoseconds())
    }

    private static let second: UInt64 = 1_000_000_000

    @Test(
        "At speed 1 events come with the gaps that they had, at speed 10 with a tenth of them", arguments: [1.0, 10.0])
    func timing(speed: Double) throws {
        let times: [UInt64] = [5, 5, 6, 9, 8, 15].map { $0 * Self.second }
        try fixture.write([times.indices.map { RecordingFixture.event($0, time: times[$0]) }])
        let result = try replay(.times(speed))
        #expect(result.seen.map(\.number) == [0, 1, 2, 3, 4, 5])
        #expect(result.seen.map(\.time) == times)
        #expect(result.end - 77_000 == UInt64(Double(10 * Self.second) / speed))
        // The reader looks at each sleep's start: what was due before the sleep is there.
        let third = try #require(result.seen.first { $0.number == 3 })
        #expect(Double(third.at - 77_000) == Double(4 * Self.second) / speed)
    }

    @Test("As fast as possible takes no time, and waits for a full ring so that nothing is lost")
    func maximum() throws {
        try fixture.write([(0..<2_000).map { RecordingFixture.event($0, time: UInt64($0) * Self.second) }])
        let free = try replay(.maximum, capacity: 4_096)
        #expect(free.end == 77_000 && free.count == 2_000)
        let full = try replay(.maximum, capacity: 16, limit: 3)
        #expect(full.seen.map(\.number) == Array(0..<2_000))
        #expect(full.lost == 0 && full.end > 77_000)
    }

    @Test("When the clock was set meanwhile, times follow it, and gaps do not")
    func clockWasSet() throws {
        var writer = try RecordingWriter(
            creating: fixture.path, RecordingFixture.header, names: RecordingFixture.names
        ) { _ in nil }
        writer.append([RecordingFixture.event(1, time: 100)].span)
        try writer.setClock(offset: RecordingFixture.header.clockOffset + 3_600 * Self.second)
        writer.append([RecordingFixture.event(2, time: 200)].span)
        try writer.finish(lost: 0)
        let result = try replay(.times(1))
        #expect(result.seen.map(\.time) == [100, 200 + 3_600 * Self.second])
        #expect(result.end == 77_100)
    }

    @Test("Told to stop, it ends although the next event is an hour away")
    func stop() throws {
        try fixture.write([[RecordingFixture.event(1, time: 0), RecordingFixture.event(2, time: 3_600 * Self.second)]])
        let stopping = Stopping()
        let clock = SimulatedClock { _ in stopping.flag.store(true, ordering: .releasing) }
        var replay = RecordingReplay(
            try RecordingReader(path: fixture.path), into: EventRing(capacity: 4), speed: .times(1), clock: clock)
        #expect(try replay.run(until: stopping.flag) == 1)
    }

    private final class Stopping: Sendable { let flag = Atomic(false) }
}
