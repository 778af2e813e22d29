package import BPFRuntime
internal import DatapathABI
internal import FlowRing
internal import Synchronization

/// Takes our own programs' events out of the BPF ring buffer.
package struct EventCapture: ~Copyable, Sendable {
    private var reader: RingBufferReader
    private let counters: CaptureCounters

    package init(reader: consuming RingBufferReader, counters: CaptureCounters) {
        counters.bufferBytes.store(UInt64(reader.capacityBytes), ordering: .relaxed)
        self.reader = reader
        self.counters = counters
    }

    /// Events that the kernel's buffer holds: with its header, a record takes so many bytes.
    var capacity: Int { reader.capacityBytes / (MemoryLayout<apus_event>.stride + 8) }

    /// Notes how full the kernel's buffer is, before it is emptied.
    func measure() { counters.note(pendingBytes: UInt64(reader.pendingBytes)) }

    func join(_ poll: inout BufferPoll) { poll.add(reader) }

    /// Copies over what is there, up to `limit` records.
    ///
    /// - Returns: number of records taken from the buffer, malformed ones included.
    mutating func drain(into writer: inout EventRingWriter<apus_event>, limit: Int) -> Int {
        let taken = Self.copy(from: &reader, to: &writer, limit)
        if taken.malformed > 0 { counters.malformedEvents.add(UInt64(taken.malformed), ordering: .relaxed) }
        return taken.records
    }

    @inline(never)
    private static func copy(
        from reader: inout RingBufferReader, to writer: inout EventRingWriter<apus_event>, _ limit: Int
    ) -> (records: Int, malformed: Int) {
        var malformed = 0
        let size = MemoryLayout<apus_event>.size
        let records = unsafe reader.drain(limit: limit) { record, byteCount in
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
    fileprivate let bufferBytes = Atomic<UInt64>(0)
    private let foundBytes = Atomic<UInt64>(0)
    private let mostFoundBytes = Atomic<UInt64>(0)

    package init() {}

    /// Events of another version or length than this program knows.
    package var malformed: UInt64 { malformedEvents.load(ordering: .relaxed) }
    /// Size of the kernel's buffer; 0: none is read.
    package var capacityBytes: UInt64 { bufferBytes.load(ordering: .relaxed) }
    /// What it held when the thread last came to empty it.
    package var pendingBytes: UInt64 { foundBytes.load(ordering: .relaxed) }
    /// The most that it ever held then.
    package var mostPendingBytes: UInt64 { mostFoundBytes.load(ordering: .relaxed) }

    fileprivate func note(pendingBytes: UInt64) {
        foundBytes.store(pendingBytes, ordering: .relaxed)
        // Only the capture thread writes.
        if pendingBytes > mostPendingBytes { mostFoundBytes.store(pendingBytes, ordering: .relaxed) }
    }
}
