internal import FlowModel

/// Prefix → name with open addressing: a slot is 32 bytes and at least every second one is free, so that a look-up mostly
/// touches one cache line. A host's address is a prefix of 128 bits. Never changes once it is made.
struct AddressTable: Sendable {
    private struct Slot: BitwiseCopyable {
        var high: UInt64 = 0
        var low: UInt64 = 0
        /// Length of the prefix; -1 for a free slot.
        var bits = -1
        var name = SideName()
    }

    private let slots: [Slot]
    private let mask: Int

    init(_ entries: [IPPrefix: SideName]) {
        var capacity = 16
        while capacity < entries.count * 2 { capacity *= 2 }
        let mask = capacity - 1
        var slots = Array(repeating: Slot(), count: capacity)
        for (prefix, name) in entries {
            var index = Self.hash(prefix.address, prefix.bits) & mask
            while slots[index].bits >= 0 { index = (index + 1) & mask }
            slots[index] = Slot(high: prefix.address.high, low: prefix.address.low, bits: prefix.bits, name: name)
        }
        self.slots = slots
        self.mask = mask
    }

    /// - Parameter address: masked to `bits` already.
    @inline(__always)
    func find(_ address: IPAddress, bits: Int) -> SideName? {
        var index = Self.hash(address, bits) & mask
        while true {
            let slot = slots[index]
            if slot.low == address.low && slot.high == address.high && slot.bits == bits { return slot.name }
            if slot.bits < 0 { return nil }
            index = (index + 1) & mask
        }
    }

    /// Two odd multipliers (of splitmix64), and the upper half of the product folded in, as addresses differ in their
    /// low bits.
    @inline(__always)
    private static func hash(_ address: IPAddress, _ bits: Int) -> Int {
        var mixed = (address.low ^ address.high &* 0xbf58_476d_1ce4_e5b9) &+ UInt64(bits)
        mixed = (mixed ^ mixed >> 32) &* 0x94d0_49bb_1331_11eb
        return Int(truncatingIfNeeded: mixed ^ mixed >> 29)
    }
}
