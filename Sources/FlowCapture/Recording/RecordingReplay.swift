package import DatapathABI
package import FlowRing
package import Synchronization

/// Puts recorded events into an event ring, as capture does, and loses none: it waits while the ring is full.
///
/// Owned by the thread `apus-replay`.
package struct RecordingReplay<File: EventFile & ~Copyable>: ~Copyable, Sendable {
    private var reader: File
    private var writer: EventRingWriter<apus_event>
    private var pace: ReplayPace
    private let clock: any ReplayClock
    /// What turns times of the clock in force into times of the first events' clock: readers know that one only.
    private var clockShift: UInt64 = 0

    /// How long it waits for the ring's reader to make room.
    private static var fullRingNanoseconds: UInt64 { 100_000 }
    /// How often, while an event is not due, it looks whether it should stop.
    private static var longestSleepNanoseconds: UInt64 { 100_000_000 }

    package init(
        _ reader: consuming File, into ring: EventRing<apus_event>, speed: ReplaySpeed,
        clock: any ReplayClock = SystemReplayClock()
    ) {
        self.reader = reader
        writer = EventRingWriter(ring)
        pace = ReplayPace(speed)
        self.clock = clock
    }

    /// Runs until the recording's end, or until told to stop.
    ///
    /// - Returns: events that were put into the ring.
    /// - Throws: at damage; all events before it are in the ring then.
    package mutating func run(until isStopping: borrowing Atomic<Bool>) throws(RecordingError) -> UInt64 {
        var count: UInt64 = 0
        while !isStopping.load(ordering: .acquiring), let chunk = try reader.next() {
            switch chunk {
            case .events(let events): count += append(events, until: isStopping)
            case .clock(let offset): clockShift = offset &- reader.header.clockOffset
            default: break
            }
        }
        return count
    }

    private mutating func append(_ events: [apus_event], until isStopping: borrowing Atomic<Bool>) -> UInt64 {
        var count: UInt64 = 0
        var room = writer.room()
        defer { writer.publish() }
        for index in events.indices {
            guard waitUntilDue(events[index].time_ns, until: isStopping) else { break }
            while room == 0 {
                if isStopping.load(ordering: .acquiring) { return count }
                writer.publish()
                room = writer.room()
                if room == 0 { clock.sleep(nanoseconds: Self.fullRingNanoseconds) }
            }
            writer.append(replayed(events[index]))
            room -= 1
            count += 1
        }
        return count
    }

    /// - Returns: false if it was told to stop meanwhile.
    private mutating func waitUntilDue(_ recorded: UInt64, until isStopping: borrowing Atomic<Bool>) -> Bool {
        while true {
            let delay = pace.delay(recorded: recorded, now: clock.nanoseconds())
            guard delay > 0 else { return true }
            if isStopping.load(ordering: .acquiring) { return false }
            writer.publish()
            clock.sleep(nanoseconds: min(delay, Self.longestSleepNanoseconds))
        }
    }

    private func replayed(_ recorded: apus_event) -> apus_event {
        var event = recorded
        event.time_ns &+= clockShift
        // Rules are numbered by the process that put them in force.
        event.rule = 0
        return event
    }
}
