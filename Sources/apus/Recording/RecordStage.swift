import DatapathABI
import FlowCapture
import FlowRing
import Synchronization
import SystemRuntime

/// The body of `apus-record`: events to a file.
struct RecordStage: ~Copyable, Sendable {
    private var events: EventRingReader<apus_event>
    private var writer: RecordingWriter
    private var flushedAt = SystemClock.monotonicNanoseconds()
    private var clockOffset: UInt64

    /// An event is in the file after twice this at most, whatever becomes of this process.
    private static let flushMilliseconds: Int32 = 500
    /// A clock that was set is told; one that is slewed by less is not. Nanoseconds.
    private static let clockTolerance: Int64 = 1_000_000

    init(events: EventRing<apus_event>, writer: consuming RecordingWriter, clockOffset: UInt64) {
        self.events = EventRingReader(events)
        self.writer = writer
        self.clockOffset = clockOffset
    }

    /// Runs until told to stop, and then until the event ring is empty.
    mutating func run(until isStopping: borrowing Atomic<Bool>) throws(SystemError) {
        while true {
            let wasStopping = isStopping.load(ordering: .acquiring)
            let count = Self.take(&events, &writer)
            try flushIfDue()
            if count > 0 { continue }
            if wasStopping { return }
            events.wait(timeoutMilliseconds: Self.flushMilliseconds)
        }
    }

    /// After a failure: throws away what comes until told to stop, so that capture, which waits for room, can end.
    mutating func discard(until isStopping: borrowing Atomic<Bool>) {
        while true {
            let wasStopping = isStopping.load(ordering: .acquiring)
            if events.consume(limit: .max, { _ in }) > 0 { continue }
            if wasStopping { return }
            events.wait(timeoutMilliseconds: Self.flushMilliseconds)
        }
    }

    /// - Parameter lost: events that did not come this far.
    /// - Returns: events in the file.
    consuming func finish(lost: () -> UInt64) throws(SystemError) -> UInt64 {
        try writer.flush()
        let count = writer.writtenEvents
        try writer.finish(lost: lost())
        return count
    }

    @inline(never)
    private static func take(_ events: inout EventRingReader<apus_event>, _ writer: inout RecordingWriter) -> Int {
        events.consume(limit: writer.room) { writer.append($0) }
    }

    private mutating func flushIfDue() throws(SystemError) {
        let now = SystemClock.monotonicNanoseconds()
        guard writer.room == 0 || now - flushedAt >= UInt64(Self.flushMilliseconds) * 1_000_000 else { return }
        flushedAt = now
        try writer.flush()
        let offset = SystemClock.monotonicToRealtimeOffset()
        guard Int64(bitPattern: offset &- clockOffset).magnitude > Self.clockTolerance else { return }
        clockOffset = offset
        try writer.setClock(offset: offset)
    }
}
