import CAllocationCounter
import SystemRuntime

/// Processor time and allocations of the calling thread since some moment.
struct ThreadMeter {
    private let nanoseconds = SystemClock.threadCPUNanoseconds()
    private let allocations = allocation_counter_thread()

    struct Cost: Sendable {
        var nanoseconds = 0.0
        var allocations = 0.0

        static func + (left: Cost, right: Cost) -> Cost {
            Cost(
                nanoseconds: left.nanoseconds + right.nanoseconds, allocations: left.allocations + right.allocations)
        }
    }

    var cost: Cost {
        Cost(
            nanoseconds: Double(SystemClock.threadCPUNanoseconds() - nanoseconds),
            allocations: Double(allocation_counter_thread() - allocations))
    }

    /// The cost of a body on the calling thread.
    static func measure(_ body: () throws -> Void) rethrows -> Cost {
        let meter = ThreadMeter()
        try body()
        return meter.cost
    }
}

/// Processor time of all threads, the kernel's work for them included.
struct ProcessMeter {
    private let start = SystemClock.processCPUNanoseconds()
    var nanoseconds: Double { Double(SystemClock.processCPUNanoseconds() - start) }
}

/// Time by the clock.
struct WallMeter {
    private let start = SystemClock.monotonicNanoseconds()
    var nanoseconds: Double { Double(SystemClock.monotonicNanoseconds() - start) }
}
