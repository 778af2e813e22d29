internal import CLinux

package enum ProcessMemory {
    /// Has each large block of memory mapped by itself, so that the system gets it back when it is freed: by its own rule,
    /// the C library keeps such blocks in its heap once one has been freed. Call it first of all.
    package static func mapLargeBlocks() { clinux_map_blocks_from(largeBlockBytes) }

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
