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

    /// Adds the rows that have one of a few numbers. A number's bits are all zero after an exclusive or with its like;
    /// adding the largest number of one bit less then leaves the top bit clear, and no carry leaves a number.
    @inline(never)
    func find(_ numbers: [UInt64], _ words: Span<UInt64>, start: Int, count: Int, into rowArray: inout [UInt64]) {
        var ones: UInt64 = 0
        for place in 0..<perWord { ones |= 1 << UInt64(place * width) }
        let top = ones << UInt64(width - 1)
        let below = ones &* (BlockFormat.mask(width: width) >> 1)
        // A larger one stands for what this run never says.
        let patterns = numbers.filter { $0 <= BlockFormat.mask(width: width) }.map { ones &* $0 }
        let patternSpan = patterns.span
        var rows = rowArray.mutableSpan
        for position in 0..<self.words(count) {
            let word = words[start &+ position]
            var found: UInt64 = 0
            for index in 0..<patternSpan.count {
                let difference = word ^ patternSpan[index]
                found |= ~((difference & below) &+ below | difference)
            }
            found &= top
            while found != 0 {
                let place = UInt32(truncatingIfNeeded: found.trailingZeroBitCount) / UInt32(truncatingIfNeeded: width)
                let row = position &* perWord &+ Int(place)
                rows[row >> 6] |= 1 &<< UInt64(truncatingIfNeeded: row & 63)
                found &= found &- 1
            }
        }
    }
}
