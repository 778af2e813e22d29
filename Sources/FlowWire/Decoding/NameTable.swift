/// Names, found by a hash of their letters and digits: `source_port` and `sourcePort` are the same.
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

    @inline(__always)
    static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        byte == UInt8(ascii: "_") ? hash : (hash ^ UInt64(byte | 0x20)) &* 0x100_0000_01b3
    }

    /// - Parameter names: with the number that is found for each; 0 is found for all others.
    init(_ names: [(name: String, number: UInt8)]) {
        var capacity = 8
        while capacity < names.count * 4 { capacity *= 2 }
        mask = capacity - 1
        slots = Array(repeating: Slot(), count: capacity)
        for entry in names {
            let hash = entry.name.utf8.reduce(Self.seed, Self.step)
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
    subscript(line: Span<UInt8>, range: Range<Int>) -> UInt8 {
        var hash = Self.seed
        for index in range { hash = Self.step(hash, line[index]) }
        return self[hash]
    }
}
