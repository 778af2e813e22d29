/// Numbers of `width` bits, one after the other from the lowest bit of the first word.
enum BitPacking {
    /// Appends `value - base` of each value; each fits `width` (1…64) bits.
    @inline(never)
    static func append(_ values: Span<UInt64>, minus base: UInt64, width: Int, to words: inout [UInt64]) {
        let start = words.count
        words.append(contentsOf: repeatElement(0, count: BlockFormat.words(bits: width, count: values.count)))
        var words = words.mutableSpan
        var position = start
        var filled = 0
        var word: UInt64 = 0
        for index in 0..<values.count {
            let bits = values[index] &- base
            word |= bits &<< UInt64(truncatingIfNeeded: filled)
            filled &+= width
            if filled >= 64 {
                words[position] = word
                position &+= 1
                filled &-= 64
                // Of this value `filled` bits are left; none means that a shift by the whole width is due.
                word = filled == 0 ? 0 : bits &>> UInt64(truncatingIfNeeded: width &- filled)
            }
        }
        if filled > 0 { words[position] = word }
    }

    /// Number `row` of the run that starts at word `start`; `mask` has `width` bits. Reads one word ahead.
    @inline(__always)
    static func bits(_ words: Span<UInt64>, start: Int, width: Int, mask: UInt64, row: Int) -> UInt64 {
        let bit = row &* width
        let position = start &+ bit >> 6
        let shift = UInt64(truncatingIfNeeded: bit & 63)
        let low = words[position] &>> shift
        let high = (words[position &+ 1] &<< 1) &<< (63 &- shift)
        return (low | high) & mask
    }

    /// Numbers `rows` of the run that starts at word `start`, in order: each word is read once. Faster than `bits` by
    /// half where all are wanted. `mask` has `width` bits, 1…64. Reads one word ahead.
    @inline(__always)
    static func forEach(
        _ words: Span<UInt64>, start: Int, width: Int, mask: UInt64, rows: Range<Int>, _ body: (Int, UInt64) -> Void
    ) {
        let bit = rows.lowerBound &* width
        var position = start &+ bit >> 6
        // What is left of the last word that was read, and how many bits of it.
        var rest = words[position] &>> UInt64(truncatingIfNeeded: bit & 63)
        var left = 64 &- (bit & 63)
        for row in rows {
            if left >= width {
                body(row, rest & mask)
                rest = width == 64 ? 0 : rest &>> UInt64(truncatingIfNeeded: width)
                left &-= width
                continue
            }
            position &+= 1
            let next = words[position]
            body(row, (rest | next &<< UInt64(truncatingIfNeeded: left)) & mask)
            let taken = width &- left
            rest = taken == 64 ? 0 : next &>> UInt64(truncatingIfNeeded: taken)
            left = 64 &- taken
        }
    }
}
