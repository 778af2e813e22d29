internal import CBPF
internal import SystemRuntime

/// While this lives, the kernel counts the runs of all BPF programs, at the price of two readings of the clock a run.
package struct RunTimeCounting: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    package init() throws(BPFError) {
        let status = bpf_enable_stats(BPF_STATS_RUN_TIME)
        guard status >= 0 else { throw BPFError("count the runs of", "BPF programs", code: -status) }
        descriptor = FileDescriptor(owning: status)
    }
}
