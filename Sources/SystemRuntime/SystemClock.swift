internal import CLinux
internal import Glibc

/// The kernel's clocks, in nanoseconds.
package enum SystemClock {
    /// CLOCK_MONOTONIC: what BPF programs stamp events with.
    package static func monotonicNanoseconds() -> UInt64 { read(CLOCK_MONOTONIC) }

    /// Nanoseconds since 1970-01-01 UTC.
    package static func realtimeNanoseconds() -> UInt64 { read(CLOCK_REALTIME) }

    /// Processor time that the calling thread has used.
    package static func threadCPUNanoseconds() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    /// Processor time that the whole process has used.
    package static func processCPUNanoseconds() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

    /// Add this to a monotonic time to get the time since 1970. Changes when the wall clock is set.
    package static func monotonicToRealtimeOffset() -> UInt64 { realtimeNanoseconds() &- monotonicNanoseconds() }

    /// Length of the kernel's jiffy, in which its coarse clocks go forward.
    package static func tickNanoseconds() -> UInt64 {
        var time = timespec()
        let status = unsafe clock_getres(CLOCK_MONOTONIC_COARSE, &time)
        precondition(status == 0, "the kernel has this clock")
        return UInt64(time.tv_nsec)
    }

    /// Whether something keeps the wall clock in step with others (adjtimex(2)).
    package static var isSynchronised: Bool { clinux_clock_is_synchronised() == 1 }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        let status = unsafe clock_gettime(clock, &time)
        precondition(status == 0, "the kernel has this clock")
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
