internal import CLinux

package enum ProcessMemory {
    /// Has each large block of memory mapped by itself, so that the system gets it back when it is freed: by its own rule,
    /// the C library keeps such blocks in its heap once one has been freed. And has few heaps for all threads, as those that
    /// must be fast allocate nothing. Call it first of all.
    package static func configure() { clinux_configure_heap(largeBlockBytes, heaps) }

    private static let heaps: Int32 = 2

    /// A page fault each 4 KiB costs little beside filling a block of this size.
    private static let largeBlockBytes: Int32 = 256 << 10

    /// Gives back memory that was freed, and the code that only the work just done needed: about 10 MB of what starting and
    /// parsing run through. Code that is still in use comes back at the cost of a page fault each 64 KiB.
    ///
    /// Worth it after large files were read, not more often.
    package static func returnFreed() {
        clinux_trim_heap()
        clinux_unmap_code()
    }
}
