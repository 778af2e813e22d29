import FlowRing
import Testing

@Suite struct RingAgeTests {
    private static let millisecond: UInt64 = 1_000_000

    @Test("What was published long enough ago may be taken, what came since may not")
    func ages() {
        var age = RingAge(settled: 600 * Self.millisecond, capacity: 1_024)
        let settled = [(0, 10), (300, 20), (599, 30), (600, 40), (950, 50), (2_000, 50)].map {
            (time, published) in
            age.settled(published: published, from: 0, now: UInt64(time) * Self.millisecond)
        }
        #expect(settled == [0, 0, 0, 10, 20, 50])
    }

    @Test("Of more than a quarter of the ring the excess is taken early, of more than half everything")
    func crowded() {
        var age = RingAge(settled: 600 * Self.millisecond, capacity: 1_024)
        #expect(age.settled(published: 256, from: 0, now: 0) == 0)
        #expect(age.settled(published: 300, from: 0, now: 1) == 44)
        #expect(age.settled(published: 700, from: 44, now: 2) == 700)
    }

    @Test("Without a time to wait everything may be taken at once")
    func atOnce() {
        var age = RingAge(settled: 0, capacity: 1_024)
        #expect(age.settled(published: 7, from: 3, now: 0) == 7)
    }
}
