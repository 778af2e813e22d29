/// Rows of a block, a bit for each.
struct RowSet {
    private(set) var count: Int
    /// One word more than the rows need, so that whoever sets bits may go a word too far; `trim` ends that.
    var words: [UInt64]

    /// No rows of `count`.
    init(none count: Int) {
        self.count = count
        words = Array(repeating: 0, count: Self.wordCount(count))
    }

    private static func wordCount(_ count: Int) -> Int { (count + 63) / 64 + 1 }

    mutating func removeAll(_ count: Int) {
        self.count = count
        let needed = Self.wordCount(count)
        if words.count < needed { words = Array(repeating: 0, count: needed) }
        var words = words.mutableSpan
        words.update(repeating: 0)
    }

    mutating func insertAll(_ count: Int) {
        self.count = count
        let needed = Self.wordCount(count)
        if words.count < needed { words = Array(repeating: 0, count: needed) }
        var words = words.mutableSpan
        words.update(repeating: .max)
        trim()
    }

    /// Takes out what lies beyond the last row.
    mutating func trim() {
        var word = count >> 6
        words[word] &= (1 << UInt64(count & 63)) - 1
        while word + 1 < words.count {
            word += 1
            words[word] = 0
        }
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    mutating func formUnion(_ other: RowSet) { combine(other) { $0 | $1 } }
    mutating func formIntersection(_ other: RowSet) { combine(other) { $0 & $1 } }
    mutating func subtract(_ other: RowSet) { combine(other) { $0 & ~$1 } }

    /// Both sets are of the same block.
    @inline(__always)
    private mutating func combine(_ other: RowSet, _ operation: (UInt64, UInt64) -> UInt64) {
        let wordCount = Self.wordCount(count)
        var words = words.mutableSpan
        let others = other.words.span
        for index in 0..<wordCount { words[index] = operation(words[index], others[index]) }
    }

    /// The rows' numbers, rising.
    var numbers: [Int] {
        var numbers: [Int] = []
        for index in words.indices {
            var word = words[index]
            while word != 0 {
                numbers.append(index &* 64 &+ word.trailingZeroBitCount)
                word &= word &- 1
            }
        }
        return numbers
    }
}
