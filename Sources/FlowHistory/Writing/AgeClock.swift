/// The time by which retention judges how old flows are: the wall clock's, but a leap forth counts only when it has held.
///
/// A clock that goes back, or ahead by a little, is believed at once: that deletes nothing, or little. Over a greater leap
/// this clock goes on by the time that passes; when the wall clock has stood by the leap for a period, it was none.
struct AgeClock: Sendable {
    /// A partition's period, nanoseconds: so long must a leap hold.
    private let period: UInt64
    /// The time at `instant`, or when first asked, nanoseconds since 1970-01-01 UTC; nil while nothing is known of it.
    private var believed: UInt64?
    private var instant: ContinuousClock.Instant?
    private var leap: Leap?

    private struct Leap {
        var ahead: UInt64
        var since: ContinuousClock.Instant
    }

    /// - Parameter start: a time that has passed for sure; nil for none.
    init(period: UInt64, start: UInt64?) {
        self.period = period
        believed = start
    }

    /// How far ahead of it a clock is believed at once, nanoseconds.
    var tolerance: UInt64 { 2 * min(period, .max / 4) }

    /// The time by which to judge; never after `wall`.
    mutating func now(_ wall: UInt64, at now: ContinuousClock.Instant) -> UInt64 {
        let elapsed = instant.map { (now - $0).wholeNanoseconds } ?? 0
        let expected = believed.map { $0 &+ elapsed } ?? wall
        let ahead = wall > expected ? wall - expected : 0
        instant = now
        let isBelieved = ahead <= tolerance || holds(ahead, now)
        if isBelieved { leap = nil }
        believed = isBelieved ? wall : expected
        return believed ?? wall
    }

    private mutating func holds(_ ahead: UInt64, _ now: ContinuousClock.Instant) -> Bool {
        if let leap, max(ahead, leap.ahead) - min(ahead, leap.ahead) <= tolerance {
            return (now - leap.since).wholeNanoseconds >= period
        }
        leap = Leap(ahead: ahead, since: now)
        return false
    }
}
