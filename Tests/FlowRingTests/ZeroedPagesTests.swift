import Glibc
import SystemRuntime
import Testing

@Suite struct ZeroedPagesTests {
    @Test("Pages are zeros, and take memory only once they are written")
    func lazily() {
        let pages = ZeroedPages(byteCount: 16 << 20)
        #expect(residentPages(pages) == 0)
        unsafe pages.address.storeBytes(of: 1, toByteOffset: 5 << 20, as: UInt8.self)
        // The system may give a large page at once.
        #expect((1...512).contains(residentPages(pages)))
        #expect(unsafe pages.address.load(fromByteOffset: (5 << 20) + 8, as: UInt64.self) == 0)
    }

    private func residentPages(_ pages: borrowing ZeroedPages) -> Int {
        var states = [UInt8](repeating: 0, count: pages.byteCount / 4_096)
        let status = unsafe mincore(pages.address, pages.byteCount, &states)
        return status == 0 ? states.count { $0 & 1 == 1 } : -1
    }
}
