internal import Glibc
internal import SystemRuntime

/// Sleeps until one of several kernel buffers has something to tell. The readers outlive it; the thread that owns them
/// owns it.
///
/// A ring buffer is ready as long as there is something to read. A perf ring is ready once each time that it has filled up
/// to its wake-up mark; less does not wake.
package struct BufferPoll: Sendable {
    private var entries: [pollfd] = []

    package init() {}

    package mutating func add(_ reader: borrowing RingBufferReader) { add(reader.descriptor) }

    package mutating func add(_ reader: borrowing PerfEventArrayReader) {
        reader.forEachDescriptor { add($0) }
    }

    private mutating func add(_ descriptor: borrowing FileDescriptor) {
        entries.append(pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0))
    }

    /// Without buffers it just sleeps.
    ///
    /// - Returns: whether a buffer was ready before the time was up.
    @discardableResult
    package mutating func wait(milliseconds: Int32) -> Bool {
        unsafe entries.withUnsafeMutableBufferPointer { entries in
            unsafe poll(entries.baseAddress, UInt(entries.count), milliseconds) > 0
        }
    }
}
