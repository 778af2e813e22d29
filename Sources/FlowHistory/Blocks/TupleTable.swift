/// The distinct tuples of up to three words that a block's flows hold, numbered in order of appearance.
struct TupleTable {
    /// The first `count` of each are the tuples.
    private(set) var first: [UInt64]
    private(set) var second: [UInt64]
    private(set) var third: [UInt64]
    private(set) var count = 0
    /// Open addressing; 0 is free, otherwise the tuple's number + 1. At least twice as many as tuples.
    private var slots: [UInt32]
    private let shift: UInt64

    init(capacity: Int) {
        let bits = BlockFormat.width(UInt64(max(capacity, 8))) + 1
        first = Array(repeating: 0, count: capacity)
        second = first
        third = first
        slots = Array(repeating: 0, count: 1 << bits)
        shift = UInt64(64 - bits)
    }

    mutating func removeAll() {
        var slots = slots.mutableSpan
        slots.update(repeating: 0)
        count = 0
    }

    /// Numbers the tuples of the rows into `numbers`; the table goes on from what it has.
    mutating func number(
        _ a: Span<UInt64>, _ b: Span<UInt64>, _ c: Span<UInt64>, into numbers: inout MutableSpan<UInt64>
    ) {
        count = Self.number(a, b, c, count, shift, &first, &second, &third, &slots, &numbers)
    }

    @inline(never)
    private static func number(
        _ a: Span<UInt64>, _ b: Span<UInt64>, _ c: Span<UInt64>, _ known: Int, _ shift: UInt64,
        _ firstColumn: inout [UInt64], _ secondColumn: inout [UInt64], _ thirdColumn: inout [UInt64],
        _ slotArray: inout [UInt32], _ numbers: inout MutableSpan<UInt64>
    ) -> Int {
        let mask = slotArray.count &- 1
        var count = known
        var first = firstColumn.mutableSpan
        var second = secondColumn.mutableSpan
        var third = thirdColumn.mutableSpan
        var slots = slotArray.mutableSpan
        for row in 0..<a.count {
            let (x, y, z) = (a[row], b[row], c[row])
            var slot = Int(truncatingIfNeeded: Self.hash(x, y, z) &>> shift)
            while true {
                let found = Int(truncatingIfNeeded: slots[slot]) &- 1
                if found < 0 {
                    (first[count], second[count], third[count]) = (x, y, z)
                    numbers[row] = UInt64(truncatingIfNeeded: count)
                    count &+= 1
                    slots[slot] = UInt32(truncatingIfNeeded: count)
                    break
                }
                if first[found] == x && second[found] == y && third[found] == z {
                    numbers[row] = UInt64(truncatingIfNeeded: found)
                    break
                }
                slot = (slot &+ 1) & mask
            }
        }
        return count
    }

    @inline(__always)
    private static func hash(_ x: UInt64, _ y: UInt64, _ z: UInt64) -> UInt64 {
        let mixed = (x ^ x &>> 29) &* 0xbf58_476d_1ce4_e5b9 ^ (y ^ y &>> 31) &* 0x94d0_49bb_1331_11eb ^ z
        return (mixed ^ mixed &>> 32) &* 0x9e37_79b9_7f4a_7c15
    }
}
