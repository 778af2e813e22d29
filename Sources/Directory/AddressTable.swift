internal import FlowModel

/// Prefix → name with open addressing: a slot is 32 bytes and at least every second one is free, so that a look-up mostly
/// touches one cache line. A host's address is a prefix of 128 bits. A value: whoever changes a copy leaves the others alone.
struct AddressTable: Sendable {
    private struct Slot: BitwiseCopyable {
        var high: UInt64 = 0
        var low: UInt64 = 0
        /// Length of the prefix; -1 for a free slot.
        var bits = -1
        var name = SideName()
    }

    private(set) var count = 0
    private var slots: [Slot]
    private var mask: Int

    init(minimumCapacity: Int = 0) {
        var size = 16
        while size < minimumCapacity * 2 { size *= 2 }
        slots = Array(repeating: Slot(), count: size)
        mask = size - 1
    }

    init(_ entries: [IPPrefix: SideName]) {
        self.init(minimumCapacity: entries.count)
        for (prefix, name) in entries { insert(name, for: prefix) }
    }

    /// - Parameter address: masked to `bits` already.
    @inline(__always)
    func find(_ address: IPAddress, bits: Int) -> SideName? {
        let slot = slots[index(of: address, bits: bits)]
        return slot.bits < 0 ? nil : slot.name
    }

    /// The slot that holds the prefix, or the free one where it would go.
    @inline(__always)
    private func index(of address: IPAddress, bits: Int) -> Int {
        var index = Self.hash(address, bits) & mask
        while true {
            let slot = slots[index]
            if slot.low == address.low && slot.high == address.high && slot.bits == bits || slot.bits < 0 {
                return index
            }
            index = (index + 1) & mask
        }
    }

    mutating func insert(_ name: SideName, for prefix: IPPrefix) {
        if (count + 1) * 2 > slots.count { grow() }
        let index = index(of: prefix.address, bits: prefix.bits)
        if slots[index].bits < 0 { count += 1 }
        slots[index] = Slot(high: prefix.address.high, low: prefix.address.low, bits: prefix.bits, name: name)
    }

    /// Moves those behind the gap up, so that a look-up may stop at the first free slot.
    mutating func remove(_ prefix: IPPrefix) {
        var gap = index(of: prefix.address, bits: prefix.bits)
        guard slots[gap].bits >= 0 else { return }
        count -= 1
        var next = (gap + 1) & mask
        while slots[next].bits >= 0 {
            let slot = slots[next]
            let home = Self.hash(IPAddress(high: slot.high, low: slot.low), slot.bits) & mask
            if (next &- home) & mask >= (next &- gap) & mask {
                slots[gap] = slot
                gap = next
            }
            next = (next + 1) & mask
        }
        slots[gap] = Slot()
    }

    func forEach(_ body: (IPPrefix, SideName) -> Void) {
        for slot in slots where slot.bits >= 0 {
            body(IPPrefix(IPAddress(high: slot.high, low: slot.low), bits: slot.bits), slot.name)
        }
    }

    private mutating func grow() {
        var larger = AddressTable(minimumCapacity: slots.count)
        forEach { larger.insert($1, for: $0) }
        self = larger
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
