internal import BPFRuntime
internal import SystemRuntime

/// How often our programs ran and how long, as far as the kernel counts it. Any thread reads.
package final class ProgramStatistics: Sendable {
    private let fromPod: BPFProgram
    private let toPod: BPFProgram
    private let sweep: BPFProgram
    private let kernelDrops: BPFProgram?
    /// Keeps the kernel counting; nil: it counts only if the sysctl says so.
    private let counting: RunTimeCounting?

    package struct Runs: Sendable {
        package let name: String
        package let runs: UInt64
        package let nanoseconds: UInt64
    }

    init(
        fromPod: consuming BPFProgram, toPod: consuming BPFProgram, sweep: consuming BPFProgram,
        kernelDrops: consuming BPFProgram?, isCounting: Bool
    ) throws(BPFError) {
        self.fromPod = fromPod
        self.toPod = toPod
        self.sweep = sweep
        self.kernelDrops = kernelDrops
        counting = isCounting ? try RunTimeCounting() : nil
    }

    /// Empty while the kernel does not count.
    package func read() -> [Runs] {
        guard counting != nil || Self.isCountedBySystem else { return [] }
        let counts = [
            (fromPod.name, try? fromPod.runStatistics()), (toPod.name, try? toPod.runStatistics()),
            (sweep.name, try? sweep.runStatistics()), ("kfree_skb", try? kernelDrops?.runStatistics()),
        ]
        return counts.compactMap { name, count in
            count.map { Runs(name: name, runs: $0.runs, nanoseconds: $0.nanoseconds) }
        }
    }

    private static var isCountedBySystem: Bool {
        ((try? KernelFile.read("/proc/sys/kernel/bpf_stats_enabled")) ?? "0").hasPrefix("1")
    }
}
