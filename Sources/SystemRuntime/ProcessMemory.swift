internal import CLinux

package enum ProcessMemory {
    /// Gives memory that was freed back to the system. Worth it once, after a start that read large files.
    package static func returnFreed() { clinux_trim_heap() }
}
