/// Numbers of `width` (1…32) bits, as many to a word as it holds whole, from its lowest bit. They take more room than
/// `BitPacking`'s; in return all numbers of a word can be compared at once.
struct WholePacking {
    let width: Int
    let perWord: Int

    init(width: Int) {
        self.width = width
        perWord = 64 / width
    }

    static let maximumWidth = 32

    func words(_ count: Int) -> Int { (count + perWord - 1) / perWord }

    @inline(never)
    func append(_ values: Span<UInt64>, to words: inout [UInt64]) {
        var row = 0
        while row < values.count {
            let end = min(row &+ perWord, values.count)
            var word: UInt64 = 0
            var shift: UInt64 = 0
            while row < end {
                word |= values[row] &<< shift
                shift &+= UInt64(truncatingIfNeeded: width)
                row &+= 1
            }
            words.append(word)
        }
    }

    @inline(__always)
    func number(_ words: Span<UInt64>, start: Int, row: Int) -> UInt64 {
        let (position, place) = UInt32(truncatingIfNeeded: row).quotientAndRemainder(
            dividingBy: UInt32(truncatingIfNeeded: perWord))
        let shift = UInt64(place) &* UInt64(truncatingIfNeeded: width)
        return words[start &+ Int(position)] &>> shift & BlockFormat.mask(width: width)
    }

    /// Numbers `rows` of the run that starts at word `start`, in order.
    @inline(__always)
    func forEach(_ words: Span<UInt64>, start: Int, rows: Range<Int>, _ body: (Int, UInt64) -> Void) {
        let mask = BlockFormat.mask(width: width)
        let step = UInt64(truncatingIfNeeded: width)
        var row = rows.lowerBound
        var position = start &+ row / perWord
        var place = row % perWord
        while row < rows.upperBound {
            var word = words[position] &>> (UInt64(truncatingIfNeeded: place) &* step)
            let end = min(rows.upperBound, row &+ perWord &- place)
            while row < end {
                body(row, word & mask)
                word &>>= step
                row &+= 1
            }
            position &+= 1
            place = 0
        }
    }

    /// Adds the rows that have one of a few numbers.
    @inline(never)
    func find(_ numbers: [UInt64], _ words: Span<UInt64>, start: Int, count: Int, into rowArray: inout [UInt64]) {
        let search = NumberSearch(numbers, width: width)
        let words = words.extracting(start..<start &+ self.words(count))
        var rows = rowArray.mutableSpan
        var position = 0
        while position < words.count {
            let end = min(position &+ NumberSearch.stretch, words.count)
            if end &- position < NumberSearch.stretch || search.isIn(words.extracting(position..<end)) {
                for index in position..<end {
                    search.forEach(in: words[index]) { place in
                        let row = index &* perWord &+ place
                        rows[row >> 6] |= 1 &<< UInt64(truncatingIfNeeded: row & 63)
                    }
                }
            }
            position = end
        }
    }
}

/// Finds a few numbers in words that hold them side by side. A number's bits are all zero after an exclusive or with its
/// like; adding the largest number of one bit less then leaves the top bit clear, and no carry leaves a number.
private struct NumberSearch {
    /// Words that are looked at together: mostly none has any.
    static let stretch = 8

    private let width: UInt32
    private let top: UInt64
    private let below: UInt64
    /// Each number in all places of a word.
    private let patterns: [UInt64]

    init(_ numbers: [UInt64], width: Int) {
        let mask = BlockFormat.mask(width: width)
        var ones: UInt64 = 0
        for place in 0..<64 / width { ones |= 1 << UInt64(place * width) }
        self.width = UInt32(width)
        top = ones << UInt64(width - 1)
        below = ones &* (mask >> 1)
        // A larger one stands for what this run never says.
        patterns = numbers.filter { $0 <= mask }.map { ones &* $0 }
    }

    /// The top bit of each place is clear where the pattern's number is.
    @inline(__always)
    private func differences(_ word: UInt64, _ pattern: UInt64) -> UInt64 {
        let difference = word ^ pattern
        return (difference & below) &+ below | difference
    }

    /// - Parameter words: `stretch` of them.
    @inline(__always)
    func isIn(_ words: Span<UInt64>) -> Bool {
        var different = UInt64.max
        for index in patterns.indices {
            let pattern = patterns[index]
            for position in 0..<Self.stretch { different &= differences(words[position], pattern) }
        }
        return different & top != top
    }

    /// Calls the body for each place of a word that has one of the numbers.
    @inline(__always)
    func forEach(in word: UInt64, _ body: (Int) -> Void) {
        var different = UInt64.max
        for index in patterns.indices { different &= differences(word, patterns[index]) }
        var found = ~different & top
        while found != 0 {
            body(Int(UInt32(truncatingIfNeeded: found.trailingZeroBitCount) / width))
            found &= found &- 1
        }
    }
}
