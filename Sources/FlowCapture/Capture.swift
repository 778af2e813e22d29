internal import BPFRuntime
package import DatapathABI
package import FlowRing
package import Synchronization

/// Empties the kernel's buffers into the event ring, again and again, as far as the ring has room: what has none stays where
/// it is, so that the event ring can be small and loses nothing, and the kernel's buffers hold what comes meanwhile.
///
/// Owned by the thread `apus-capture`, which is the ring's only writer, however many sources there are.
package struct Capture: ~Copyable, Sendable {
    private var events: EventCapture?
    private var cilium: PerfCapture?
    private var writer: EventRingWriter<apus_event>
    private var nap: CaptureNap
    /// Wakes from a nap: perf rings, which are small and tell when they fill up. A BPF ring buffer would wake at once.
    private var fillingBuffers = BufferPoll()
    private var allBuffers = BufferPoll()
    private let idleMilliseconds: Int32
    /// Something was left in the kernel's buffers.
    private var isBackedUp = false

    /// Records that are handed on together, so that the next stage can begin while more are taken.
    private static let batchRecords = 2_048

    /// How often an idle thread looks whether it should stop, where nothing else needs it.
    private static let stopMilliseconds: Int32 = 250

    /// - Parameters:
    ///   - cilium: rings that are filled below their mark wake nobody, so they are looked at each `latencyMilliseconds`.
    ///   - latencyMilliseconds: the most that an event waits for this thread; at least 1.
    package init(
        _ events: consuming EventCapture?, cilium: consuming PerfCapture? = nil, into ring: EventRing<apus_event>,
        latencyMilliseconds: Int32 = Self.defaultLatencyMilliseconds
    ) {
        events?.join(&allBuffers)
        cilium?.join(&allBuffers)
        cilium?.join(&fillingBuffers)
        idleMilliseconds = cilium == nil ? Self.stopMilliseconds : latencyMilliseconds
        nap = CaptureNap(longestMilliseconds: latencyMilliseconds, bufferRecords: events?.capacity ?? ring.capacity)
        writer = EventRingWriter(ring)
        self.events = events
        self.cilium = cilium
    }

    package static var defaultLatencyMilliseconds: Int32 { 10 }

    /// Runs until told to stop, and then until our own programs' events are all taken. Cilium's never end: its rings are
    /// read once more.
    package mutating func run(until isStopping: borrowing Atomic<Bool>) {
        while true {
            let wasStopping = isStopping.load(ordering: .acquiring)
            let records = drain()
            if wasStopping {
                if records == 0 && !isBackedUp { return }
                if isBackedUp { fillingBuffers.wait(milliseconds: 1) } else { cilium = nil }
            } else if isBackedUp {
                // The next stage has a whole ring to work off.
                fillingBuffers.wait(milliseconds: 1)
            } else if records > 0 {
                nap.adapt(to: records)
                fillingBuffers.wait(milliseconds: nap.milliseconds)
            } else {
                allBuffers.wait(milliseconds: idleMilliseconds)
            }
        }
    }

    /// Hands on what is there.
    ///
    /// - Returns: number of records taken, whatever became of them.
    package mutating func drain() -> Int {
        events?.measure()
        var records = 0
        while true {
            let limit = min(writer.room(), Self.batchRecords)
            isBackedUp = limit == 0
            if isBackedUp { return records }
            // Cilium's rings are small, and may have half of the room even where ours are full.
            let ciliumLimit = events == nil ? limit : (limit + 1) / 2
            let ciliums = cilium?.drain(into: &writer, limit: ciliumLimit) ?? 0
            let ours = events?.drain(into: &writer, limit: limit - ciliums) ?? 0
            if ciliums + ours > 0 { writer.publish() }
            records += ciliums + ours
            if ciliums < ciliumLimit && ours < limit - ciliums { return records }
        }
    }
}

/// How long capture sleeps after it has found something: being woken for each event would cost the packets' path 42 %
/// instead of 3 %.
///
/// The longest nap is the latency that is asked for. Each nap that brings more than 1/32 of what the kernel's buffer holds
/// halves the next, down to 1 ms, so that it does not fill up meanwhile; each that brings less than an eighth of that doubles it.
struct CaptureNap: Sendable {
    private(set) var milliseconds: Int32 = 1
    private let longest: Int32
    private let manyRecords: Int

    init(longestMilliseconds: Int32, bufferRecords: Int) {
        longest = max(1, longestMilliseconds)
        manyRecords = bufferRecords / 32
    }

    mutating func adapt(to records: Int) {
        if records > manyRecords {
            milliseconds = max(1, milliseconds / 2)
        } else if records < manyRecords / 8 {
            milliseconds = min(longest, milliseconds * 2)
        }
    }
}
