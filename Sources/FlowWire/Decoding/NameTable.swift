/// Names of members or values, found by a hash of their bytes, eight at a time.
///
/// A look-up is two or three loads. Names are told apart by 64 bits of hash alone.
struct NameTable: Sendable {
    private struct Slot: BitwiseCopyable {
        var hash: UInt64 = 0
        var number: UInt8 = 0
    }

    private var slots: [Slot]
    private let mask: Int

    static let seed: UInt64 = 0xcbf2_9ce4_8422_2325

    /// - Parameter word: eight bytes of a name, or the last of them, the first in the lowest bits and the rest 0.
    @inline(__always)
    static func step(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
        return product ^ product &>> 29
    }

    /// - Parameter names: with the number that is found for each; 0 is found for all others.
    init(_ names: [(name: String, number: UInt8)]) {
        var capacity = 8
        while capacity < names.count * 4 { capacity *= 2 }
        mask = capacity - 1
        slots = Array(repeating: Slot(), count: capacity)
        for entry in names {
            let bytes = Array(entry.name.utf8)
            let hash = Self.hash(bytes.span, 0..<bytes.count)
            var place = Int(truncatingIfNeeded: hash >> 32) & mask
            while slots[place].hash != 0 && slots[place].hash != hash { place = (place + 1) & mask }
            slots[place] = Slot(hash: hash, number: entry.number)
        }
    }

    @inline(__always)
    subscript(hash: UInt64) -> UInt8 {
        var place = Int(truncatingIfNeeded: hash >> 32) & mask
        while true {
            let slot = slots[place]
            if slot.hash == hash { return slot.number }
            if slot.hash == 0 { return 0 }
            place = (place &+ 1) & mask
        }
    }

    /// Of the bytes of a name.
    @inline(__always)
    subscript(line: Span<UInt8>, range: Range<Int>) -> UInt8 { self[Self.hash(line, range)] }

    /// As `step` makes it of whole words, and then of what is left, be it nothing.
    @inline(__always)
    static func hash(_ line: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var hash = seed
        var position = range.lowerBound
        while range.upperBound &- position >= 8 {
            hash = step(hash, line.word(position))
            position &+= 8
        }
        var rest: UInt64 = 0
        var shift: UInt64 = 0
        while position < range.upperBound {
            rest |= UInt64(line[position]) &<< shift
            shift &+= 8
            position &+= 1
        }
        return step(hash, rest)
    }
}
