package import BPFRuntime
internal import DatapathABI
package import FlowModel

/// What the programs counted since they were loaded, over all CPUs.
package struct DatapathCounters: Hashable, Sendable {
    package struct Count: Hashable, Sendable {
        /// Events that the programs wanted to send.
        package var produced: UInt64 = 0
        /// Those of them that found the ring buffer full.
        package var lost: UInt64 = 0
    }

    package var drop = Count()
    package var trace = Count()
    package var policyVerdict = Count()
    package var kernelDrop = Count()
    /// Kernel drops that were not looked at, as they happened while the program was busy with another on the same CPU. They
    /// are not among `produced`.
    package var kernelDropsMissed: UInt64 = 0

    package var total: Count {
        [drop, trace, policyVerdict, kernelDrop].reduce(into: Count()) { sum, count in
            sum.produced += count.produced
            sum.lost += count.lost
        }
    }

    /// Counts by kind of event, as metrics and the status page list them.
    package var byKind: [(kind: FlowKind, count: Count)] {
        [(.drop, drop), (.trace, trace), (.policyVerdict, policyVerdict), (.kernelDrop, kernelDrop)]
    }
}

/// Reads the counters from any thread, for as long as it lives: it holds the map by itself.
package final class DatapathCounterReader: Sendable {
    private let counters: BPFMap
    private let kernelDrops: BPFProgram?

    init(counters: consuming BPFMap, kernelDrops: consuming BPFProgram?) {
        self.counters = counters
        self.kernelDrops = kernelDrops
    }

    /// One system call a kind of event.
    package func read() throws(BPFError) -> DatapathCounters {
        DatapathCounters(
            drop: try count(APUS_COUNTER_DROP), trace: try count(APUS_COUNTER_TRACE),
            policyVerdict: try count(APUS_COUNTER_POLICY_VERDICT), kernelDrop: try count(APUS_COUNTER_KERNEL_DROP),
            kernelDropsMissed: try kernelDrops?.recursionMisses() ?? 0)
    }

    private func count(_ counter: apus_counter) throws(BPFError) -> DatapathCounters.Count {
        try counters.lookupPerCPU(counter.rawValue, as: apus_event_counters.self)
            .reduce(into: DatapathCounters.Count()) { sum, cpu in
                sum.produced += cpu.produced
                sum.lost += cpu.lost
            }
    }
}
