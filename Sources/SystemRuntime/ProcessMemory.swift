internal import CLinux

package enum ProcessMemory {
    /// Gives memory that was freed back to the system. Worth it after large files were read, not more often.
    package static func returnFreed() { clinux_trim_heap() }
}
