package import BPFRuntime
package import DatapathABI
package import FlowRing
internal import Synchronization

/// Empties the BPF ring buffer into the event ring, and does nothing else, so that the kernel always finds room.
///
/// Owned by the thread `apus-capture`.
package struct EventCapture: CaptureSource, ~Copyable, Sendable {
    private var reader: RingBufferReader
    private var writer: EventRingWriter<apus_event>
    private let counters: CaptureCounters

    package init(
        reader: consuming RingBufferReader, ring: EventRing<apus_event>, counters: CaptureCounters
    ) {
        self.reader = reader
        self.counters = counters
        writer = EventRingWriter(ring)
    }

    /// How often an idle reader looks whether it should stop.
    private static let idleMilliseconds: Int32 = 250

    package mutating func waitForRecords() { _ = reader.wait(timeoutMilliseconds: Self.idleMilliseconds) }

    /// Copies over what is there.
    ///
    /// - Returns: number of records taken from the buffer, malformed ones included.
    package mutating func drain() -> Int {
        let malformed = Self.copy(from: &reader, to: &writer)
        guard malformed.records > 0 else { return 0 }
        if malformed.count > 0 { counters.malformedEvents.add(UInt64(malformed.count), ordering: .relaxed) }
        writer.publish()
        return malformed.records
    }

    @inline(never)
    private static func copy(
        from reader: inout RingBufferReader, to writer: inout EventRingWriter<apus_event>
    ) -> (records: Int, count: Int) {
        var malformed = 0
        let size = MemoryLayout<apus_event>.size
        let records = unsafe reader.drain { record, byteCount in
            let version = unsafe record.load(as: UInt8.self)
            let length = byteCount >= size ? unsafe record.load(fromByteOffset: 4, as: UInt16.self) : 0
            guard version == UInt8(APUS_ABI_VERSION), Int(length) == size else {
                malformed += 1
                return
            }
            unsafe writer.append(copying: record)
        }
        return (records, malformed)
    }
}

/// Counted by the capture thread, read by any.
package final class CaptureCounters: Sendable {
    fileprivate let malformedEvents = Atomic<UInt64>(0)

    package init() {}

    /// Events of another version or length than this program knows.
    package var malformed: UInt64 { malformedEvents.load(ordering: .relaxed) }
}
