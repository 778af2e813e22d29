internal import CLinux

package enum ProcessMemory {
    /// Gives back memory that was freed, and the code that only the work just done needed: about 10 MB of what starting and
    /// parsing run through. Code that is still in use comes back at the cost of a page fault each 64 KiB.
    ///
    /// Worth it after large files were read, not more often.
    package static func returnFreed() {
        clinux_trim_heap()
        clinux_unmap_code()
    }
}
