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
}
