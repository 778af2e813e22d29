package import FlowModel

/// What the directory knows of an address.
package struct DirectoryEntry: Hashable, Sendable {
    /// Index into `FlowCatalog.endpoints`.
    package var endpointIndex: UInt32
    /// Numeric security identity.
    package var identity: UInt32
    /// Why there is no pod name.
    package var unknown: UnknownNames.Reason

    package init(endpointIndex: UInt32, identity: UInt32, unknown: UnknownNames.Reason) {
        self.endpointIndex = endpointIndex
        self.identity = identity
        self.unknown = unknown
    }
}

/// Prefix → entry with open addressing: a slot is 32 bytes and at least every second one is free, so that a look-up
/// mostly touches one or two cache lines. A host's address is a prefix of 128 bits.
struct AddressTable: Sendable {
    private struct Slot {
        var high: UInt64 = 0
        var low: UInt64 = 0
        /// Length of the prefix; -1 for a free slot.
        var bits: Int16 = -1
        var entry = DirectoryEntry(endpointIndex: 0, identity: 0, unknown: .none)
    }

    private var slots: [Slot]
    private let mask: Int

    init(_ entries: [IPPrefix: DirectoryEntry]) {
        var capacity = 16
        while capacity < entries.count * 2 { capacity *= 2 }
        slots = Array(repeating: Slot(), count: capacity)
        mask = capacity - 1
        for (prefix, entry) in entries.sorted(by: { Self.precedes($0.key, $1.key) }) { insert(prefix, entry) }
    }

    private static func precedes(_ left: IPPrefix, _ right: IPPrefix) -> Bool {
        left.bits != right.bits ? left.bits > right.bits : left.address < right.address
    }

    private mutating func insert(_ prefix: IPPrefix, _ entry: DirectoryEntry) {
        var index = Self.hash(prefix.address, prefix.bits) & mask
        while slots[index].bits >= 0 { index = (index + 1) & mask }
        slots[index] = Slot(
            high: prefix.address.high, low: prefix.address.low, bits: Int16(prefix.bits), entry: entry)
    }

    /// - Parameter address: masked to `bits` already.
    @inline(__always)
    func find(_ address: IPAddress, bits: Int) -> DirectoryEntry? {
        var index = Self.hash(address, bits) & mask
        while true {
            let slot = slots[index]
            if slot.low == address.low && slot.high == address.high && slot.bits == bits { return slot.entry }
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
