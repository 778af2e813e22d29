/// Indices of a catalog's table at which no element is known any more; a bit for each index up to the highest of them.
package struct ReservedIndices: Sendable {
    private var words: [UInt64] = []

    package init() {}

    package var isEmpty: Bool { words.isEmpty }

    mutating func insert(_ index: UInt32) {
        let word = Int(index >> 6)
        if word >= words.count { words += repeatElement(0, count: word + 1 - words.count) }
        words[word] |= 1 << UInt64(index & 63)
    }

    @inline(__always)
    package func contains(_ index: UInt32) -> Bool {
        let word = Int(index >> 6)
        return word < words.count && words[word] >> UInt64(index & 63) & 1 == 1
    }
}
