internal import SystemRuntime

/// How fast recorded events come again.
package enum ReplaySpeed: Hashable, Sendable {
    /// 1: as they came; 10: ten times as fast. More than 0.
    case times(Double)
    /// As fast as they are taken.
    case maximum
}

/// The time by which a replay goes; a test has its own.
package protocol ReplayClock: Sendable {
    /// Of any start; only rises.
    func nanoseconds() -> UInt64
    func sleep(nanoseconds: UInt64)
}

/// The system's monotonic clock.
package struct SystemReplayClock: ReplayClock {
    package init() {}
    package func nanoseconds() -> UInt64 { SystemClock.monotonicNanoseconds() }
    package func sleep(nanoseconds: UInt64) { NamedThread.sleep(nanoseconds: nanoseconds) }
}

/// When an event is due.
struct ReplayPace: Sendable {
    private let speed: ReplaySpeed
    private var first: (recorded: UInt64, replayed: UInt64)?

    init(_ speed: ReplaySpeed) { self.speed = speed }

    /// - Parameters:
    ///   - recorded: the event's monotonic time. Events of several processors may be out of order by a little.
    ///   - now: the replay's clock.
    /// - Returns: nanoseconds until the event is due; 0 if it is, or should have come before.
    mutating func delay(recorded: UInt64, now: UInt64) -> UInt64 {
        guard case .times(let factor) = speed else { return 0 }
        guard let first else {
            self.first = (recorded, now)
            return 0
        }
        guard recorded > first.recorded else { return 0 }
        let wanted = UInt64(min(Double(recorded - first.recorded) / factor, 0x1p62))
        let passed = now - first.replayed
        return wanted > passed ? wanted - passed : 0
    }
}
