internal import CLinux
internal import Glibc

/// Code in the kernel that may be reading what user space has taken out of reach.
package enum KernelReaders {
    /// Returns when none of it, a BPF program for instance, still reads what was reachable before the call: some
    /// milliseconds (membarrier(2), `MEMBARRIER_CMD_GLOBAL`).
    package static func wait() {
        // Without it, far longer than any program runs.
        if clinux_wait_for_kernel_readers() != 0 { usleep(100_000) }
    }
}
