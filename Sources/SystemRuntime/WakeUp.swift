internal import CLinux
internal import Glibc

/// One thread sleeps, others wake it: an eventfd. A wake-up that comes before the sleep is not lost.
package final class WakeUp: Sendable {
    private let descriptor: FileDescriptor

    package init() {
        let result = clinux_eventfd()
        precondition(result >= 0, "the system has a descriptor left")
        descriptor = FileDescriptor(owning: result)
    }

    /// Any thread; never blocks.
    package func wake() {
        // EAGAIN means that the counter is full, and so that a wake-up is pending already.
        _ = clinux_eventfd_add(descriptor.rawValue)
    }

    /// Blocks until woken or until the time is up, and takes all pending wake-ups.
    ///
    /// - Parameter timeoutMilliseconds: nil waits for ever.
    package func wait(timeoutMilliseconds: Int32? = nil) {
        var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, timeoutMilliseconds ?? -1) > 0 else { return }
        _ = clinux_eventfd_take(descriptor.rawValue)
    }
}
