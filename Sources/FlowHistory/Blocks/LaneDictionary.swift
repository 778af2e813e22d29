/// The distinct values of a lane, numbered in order of appearance, and each row's number.
struct LaneDictionary {
    /// The first `entryCount` are this lane's distinct values.
    private(set) var entries = [UInt64](repeating: 0, count: Self.maximumEntries)
    private(set) var entryCount = 0
    /// The numbers of the lane's rows, as many as it has.
    private(set) var indices: [UInt64] = []
    /// Open addressing; 0 is free, otherwise the entry's number + 1. Four slots an entry.
    private var slots = [UInt16](repeating: 0, count: Self.slotCount)

    private static let maximumEntries = 1 << BlockFormat.maximumIndexWidth
    private static let slotBits = BlockFormat.maximumIndexWidth + 2
    private static let slotCount = 1 << slotBits

    /// Bits that a row's number takes.
    var indexWidth: Int { max(1, BlockFormat.width(UInt64(entryCount - 1))) }

    /// - Returns: false if packing the values themselves, `valueWidth` bits each, takes no more room.
    mutating func build(_ values: Span<UInt64>, valueWidth: Int) -> Bool {
        let bound = min(Self.maximumEntries, values.count / 2)
        guard bound > 1 else { return false }
        if indices.count < values.count { indices = Array(repeating: 0, count: values.count) }
        entryCount = Self.number(values, bound: bound, &entries, &indices, &slots)
        guard entryCount > 0 else { return false }
        // A dictionary has a word more of header, and its last word is half empty.
        return entryCount * valueWidth + indexWidth * values.count + 128 < valueWidth * values.count
    }

    /// Numbers the values; returns how many distinct ones there are, 0 if more than `bound`.
    @inline(never)
    private static func number(
        _ values: Span<UInt64>, bound: Int, _ entryArray: inout [UInt64], _ indexArray: inout [UInt64],
        _ slotArray: inout [UInt16]
    ) -> Int {
        var entries = entryArray.mutableSpan
        var indices = indexArray.mutableSpan
        var slots = slotArray.mutableSpan
        slots.update(repeating: 0)
        var count = 0
        var last = (value: ~values[0], number: UInt64(0))
        for row in 0..<values.count {
            let value = values[row]
            if value != last.value {
                let number = Self.number(value, count, entries.span, &slots)
                if number == count {
                    guard count < bound else { return 0 }
                    entries[count] = value
                    count &+= 1
                }
                last = (value, UInt64(truncatingIfNeeded: number))
            }
            indices[row] = last.number
        }
        return count
    }

    /// The value's number; the next free one, `count`, is now its own if it had none.
    @inline(__always)
    private static func number(
        _ value: UInt64, _ count: Int, _ entries: Span<UInt64>, _ slots: inout MutableSpan<UInt16>
    ) -> Int {
        let hash = (value ^ value >> 32) &* 0x9e37_79b9_7f4a_7c15
        var slot = Int(truncatingIfNeeded: hash >> UInt64(64 - slotBits))
        while true {
            let found = Int(slots[slot])
            if found == 0 { break }
            if entries[found &- 1] == value { return found &- 1 }
            slot = (slot &+ 1) & (slotCount &- 1)
        }
        slots[slot] = UInt16(truncatingIfNeeded: count &+ 1)
        return count
    }
}
