public import Synchronization

/// Words of memory that threads write while others read: each is read whole, and never locked.
///
/// What was written to other words before a word is stored is seen by whoever loads that word afterwards.
@safe
public struct SharedWords: ~Copyable, @unchecked Sendable {
    // @unchecked: all access is by atomic loads and stores.

    @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let wordCount: Int
    private let pages: ZeroedPages

    /// All zero.
    public init(count: Int) {
        pages = ZeroedPages(byteCount: count * MemoryLayout<Atomic<UInt64>>.stride)
        unsafe words = pages.address.bindMemory(to: Atomic<UInt64>.self, capacity: count)
        wordCount = count
    }

    @inlinable public var count: Int { wordCount }

    @inlinable @inline(__always)
    public func load(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < wordCount, "the word is one of these")
        return unsafe words[index].load(ordering: .acquiring)
    }

    @inlinable @inline(__always)
    public func store(_ value: UInt64, at index: Int) {
        precondition(index >= 0 && index < wordCount, "the word is one of these")
        unsafe words[index].store(value, ordering: .releasing)
    }

    /// Wraps around. For words that several threads add to.
    @inlinable @inline(__always)
    public func add(_ amount: UInt64, at index: Int) {
        precondition(index >= 0 && index < wordCount, "the word is one of these")
        unsafe words[index].wrappingAdd(amount, ordering: .relaxed)
    }
}
