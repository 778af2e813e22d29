internal import CLinux
internal import Glibc

/// A thread of the operating system with a name that `top -H` shows; it runs one body and ends.
package final class NamedThread: Sendable {
    private let thread: pthread_t

    /// Starts at once.
    ///
    /// - Parameter name: at most 15 bytes; the kernel keeps no more.
    package init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        precondition(name.utf8.count <= 15, "a thread's name has at most 15 bytes")
        let start = ThreadStart(name: name, body: body)
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread, nil,
            { pointer in
                let start = unsafe Unmanaged<ThreadStart>.fromOpaque(pointer!).takeRetainedValue()
                _ = unsafe clinux_name_thread(start.name)
                start.body()
                return nil
            }, Unmanaged.passRetained(start).toOpaque())
        precondition(status == 0, "the system can start a thread")
        self.thread = thread
    }

    /// Waits for the body's end. Call exactly once, from another thread.
    package func join() {
        let status = pthread_join(thread, nil)
        precondition(status == 0, "a thread is joined once")
    }

    /// Blocks the calling thread.
    package static func sleep(nanoseconds: UInt64) {
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        unsafe nanosleep(&time, nil)
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
