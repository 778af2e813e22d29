internal import CLinux
internal import Glibc
internal import Synchronization

/// SIGINT and SIGTERM, told to a function instead of ending the process.
package enum TerminationSignals {
    /// Written by the signal handler, which may do little else. -1: not installed.
    private static let descriptor = Atomic<Int32>(-1)

    /// Once in a process. From now on the body runs, on a thread of its own, for each signal.
    ///
    /// That thread has the signals unblocked, so they arrive even if whoever started this process had them blocked.
    package static func install(_ body: @escaping @Sendable () -> Void) {
        let created = clinux_eventfd()
        precondition(created >= 0, "the system has a descriptor left")
        let (isFirst, _) = descriptor.compareExchange(expected: -1, desired: created, ordering: .sequentiallyConsistent)
        precondition(isFirst, "installed once")
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in
            _ = clinux_eventfd_add(TerminationSignals.descriptor.load(ordering: .relaxed))
        }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] {
            unsafe sigaction(number, &action, nil)
            unsafe sigaddset(&signals, number)
        }
        let unblocked = signals
        _ = NamedThread("apus-signals") {
            var signals = unblocked
            unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            while true {
                var entry = pollfd(fd: created, events: Int16(POLLIN), revents: 0)
                _ = unsafe poll(&entry, 1, -1)
                if clinux_eventfd_take(created) >= 0 { body() }
            }
        }
    }
}
