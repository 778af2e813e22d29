internal import Glibc

/// Private memory of zeros, straight from the system: a page takes memory when it is first written, and none before.
@safe
package struct ZeroedPages: ~Copyable, @unchecked Sendable {
    // @unchecked: the address is fixed for life; who may touch what is there is the owner's matter.

    /// Valid as long as this value lives; at the beginning of a page.
    package let address: UnsafeMutableRawPointer
    package let byteCount: Int

    /// Traps when the system has no address space left, as any allocation does.
    package init(byteCount: Int) {
        precondition(byteCount > 0, "memory has a size")
        let pages = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard unsafe pages != MAP_FAILED, let pages = unsafe pages else {
            preconditionFailure("the system has \(byteCount) bytes left")
        }
        unsafe address = pages
        self.byteCount = byteCount
    }

    deinit { unsafe munmap(address, byteCount) }
}
