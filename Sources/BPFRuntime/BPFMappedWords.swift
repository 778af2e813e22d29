internal import Glibc
internal import Synchronization
internal import SystemRuntime

/// A BPF array of 64-bit words, mapped into this process (`BPF_F_MMAPABLE`): a word is stored at once, so that a program
/// reads the old one or the new one. The map lives on in the kernel as long as a program uses it.
@safe
package struct BPFMappedWords: ~Copyable, @unchecked Sendable {
    // @unchecked: all access is by atomic stores.
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    package let count: Int
    private let byteCount: Int

    package init(_ map: borrowing BPFMap) throws(BPFError) {
        precondition(map.keyBytes == 4 && map.valueBytes == 8, "map \(map.name) is an array of words")
        count = map.capacity
        let page = sysconf(Int32(_SC_PAGESIZE))
        byteCount = (map.capacity * 8 + page - 1) / page * page
        let memory = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, map.descriptor.rawValue, 0)
        guard unsafe memory != MAP_FAILED, let memory = unsafe memory else {
            throw BPFError("map the memory of BPF map", map.name, code: errno)
        }
        unsafe words = memory.bindMemory(to: Atomic<UInt64>.self, capacity: map.capacity)
    }

    deinit { unsafe munmap(words, byteCount) }

    package borrowing func store(_ word: UInt64, at index: Int) {
        precondition(index >= 0 && index < count, "the word is one of these")
        unsafe words[index].store(word, ordering: .releasing)
    }
}
