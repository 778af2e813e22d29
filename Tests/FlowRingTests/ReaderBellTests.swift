import FlowRing
import SystemRuntime
import Testing

@Suite struct ReaderBellTests {
    @Test("A reader that sleeps whenever there is nothing new misses none of many single elements")
    func noLostWakeUp() {
        let ring = BroadcastRing<UInt64>(capacity: 1_024)
        let bell = ReaderBell()
        let total: UInt64 = 20_000
        let writing = NamedThread("writer") {
            var writer = BroadcastWriter(ring)
            for element in 0..<total {
                let one = [element]
                writer.append(one.span)
                bell.ring()
                // So that the reader is asleep now and then, and not overtaken.
                if element % 64 == 0 { NamedThread.sleep(nanoseconds: 50_000) }
            }
        }
        var reader = BroadcastReader(ring, at: 0)
        var seen: UInt64 = 0
        var lost: UInt64 = 0
        var longestWait: UInt64 = 0
        while true {
            let step = reader.read { seen += UInt64($0.count) }
            lost += step.lost
            if seen + lost == total { break }
            let position = reader.position
            let start = SystemClock.monotonicNanoseconds()
            bell.wait(timeoutMilliseconds: 20_000) { ring.published != position }
            longestWait = max(longestWait, SystemClock.monotonicNanoseconds() - start)
        }
        writing.join()
        #expect(longestWait < 20_000_000_000, "a wake-up that is lost shows as the whole of the time")
    }

    @Test("Something that is there already keeps the reader awake")
    func alreadyThere() {
        let start = SystemClock.monotonicNanoseconds()
        ReaderBell().wait(timeoutMilliseconds: 60_000) { true }
        #expect(SystemClock.monotonicNanoseconds() - start < 10_000_000_000)
    }

    @Test("Waking ends a sleep whatever there is, also when it comes first")
    func wake() {
        let bell = ReaderBell()
        bell.wake()
        let start = SystemClock.monotonicNanoseconds()
        bell.wait(timeoutMilliseconds: 60_000) { false }
        #expect(SystemClock.monotonicNanoseconds() - start < 10_000_000_000)
    }
}
