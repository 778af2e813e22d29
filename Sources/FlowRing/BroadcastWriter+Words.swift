public import Synchronization

// Published elements are changed a word at a time: a reader gets each word as it was or as it is, and both must make sense
// beside the element's other words. The writer's thread alone stores, so a slot never holds words of two elements for
// longer than `append` announces, and nothing about the readers' checks changes.
extension BroadcastWriter {
    /// Position of the oldest element that is still there.
    @inlinable public var oldest: UInt64 { max(ring.start, next &- min(next, UInt64(ring.capacity))) }

    /// A word of a published element.
    ///
    /// - Parameters:
    ///   - word: counted from the element's first.
    ///   - position: `oldest` at least.
    @inlinable public func word(_ word: Int, at position: UInt64) -> UInt64 {
        unsafe ring.words[slot(position) + word].load(ordering: .relaxed)
    }

    /// Puts another word into a published element.
    @inlinable public mutating func replace(word: Int, at position: UInt64, with value: UInt64) {
        unsafe ring.words[slot(position) + word].store(value, ordering: .relaxed)
    }

    @inlinable func slot(_ position: UInt64) -> Int {
        precondition(position < next && position >= oldest, "the element is in the ring")
        return Int(position & ring.mask) * BroadcastRing<Element>.wordsPerElement
    }
}
