internal import FlowModel
internal import Synchronization
internal import SystemRuntime

/// Prefix → name with open addressing: a slot is 32 bytes and at least every second one is free, so that a look-up mostly
/// touches one cache line. A host's address is a prefix of 128 bits.
///
/// One thread changes it while others look up. A key is written once, before the word that marks its slot as taken; a
/// name is one word, so a look-up finds the old one or the new one:
///
/// ```
///   words   │ high │ low │ bits + 1 │ name │   0 in the third: free, and the end of a look-up
///   insert    ① keys and name         ② bits + 1
///   change                            ① name
///   remove                            ① name = gone; the slot stays taken until the table is made anew
/// ```
final class AddressTable: Sendable {
    private enum Part: Int { case high, low, bits, name }
    private static let slotWords = 4
    private static let gone = SideName(word: .max)

    private let words: SharedWords
    private let mask: Int
    /// Written by the thread that changes the table.
    private let taken = Atomic(0)

    /// Empty, with room for so many prefixes and a third more.
    init(minimumCapacity: Int = 0) {
        var size = 16
        while size * 3 < minimumCapacity * 8 { size *= 2 }
        words = SharedWords(count: size * Self.slotWords)
        mask = size - 1
    }

    convenience init(_ entries: [IPPrefix: SideName]) {
        self.init(minimumCapacity: entries.count)
        for (prefix, name) in entries { insert(name, for: prefix) }
    }

    /// Whether so many more prefixes fit in.
    func hasRoom(for count: Int) -> Bool { (taken.load(ordering: .relaxed) + count) * 2 <= mask + 1 }

    /// - Parameter address: masked to `bits` already.
    @inline(__always)
    func find(_ address: IPAddress, bits: Int) -> SideName? {
        let (slot, isTaken) = slot(of: address, bits: bits)
        guard isTaken else { return nil }
        let name = SideName(word: load(.name, slot))
        return name == Self.gone ? nil : name
    }

    /// The slot that holds the prefix, or the free one where it would go.
    @inline(__always)
    private func slot(of address: IPAddress, bits: Int) -> (index: Int, isTaken: Bool) {
        var slot = Self.hash(address, bits) & mask
        while true {
            let mark = load(.bits, slot)
            if mark == 0 { return (slot, false) }
            if mark == UInt64(bits) + 1 && load(.low, slot) == address.low && load(.high, slot) == address.high {
                return (slot, true)
            }
            slot = (slot + 1) & mask
        }
    }

    /// There must be room.
    func insert(_ name: SideName, for prefix: IPPrefix) {
        let (slot, isTaken) = slot(of: prefix.address, bits: prefix.bits)
        guard !isTaken else { return store(name.word, .name, slot) }
        precondition(hasRoom(for: 1), "look-ups end at a free slot")
        taken.add(1, ordering: .relaxed)
        store(prefix.address.high, .high, slot)
        store(prefix.address.low, .low, slot)
        store(name.word, .name, slot)
        store(UInt64(prefix.bits) + 1, .bits, slot)
    }

    func remove(_ prefix: IPPrefix) {
        let (slot, isTaken) = slot(of: prefix.address, bits: prefix.bits)
        if isTaken { store(Self.gone.word, .name, slot) }
    }

    /// The same without what was removed, in a table with room for so many more.
    func copy(addingCapacity count: Int) -> AddressTable {
        var entries: [IPPrefix: SideName] = [:]
        for slot in 0...mask where load(.bits, slot) != 0 && load(.name, slot) != Self.gone.word {
            let address = IPAddress(high: load(.high, slot), low: load(.low, slot))
            entries[IPPrefix(address, bits: Int(load(.bits, slot)) - 1)] = SideName(word: load(.name, slot))
        }
        let copy = AddressTable(minimumCapacity: entries.count + count)
        for (prefix, name) in entries { copy.insert(name, for: prefix) }
        return copy
    }

    @inline(__always)
    private func load(_ part: Part, _ slot: Int) -> UInt64 { words.load(slot * Self.slotWords + part.rawValue) }

    private func store(_ word: UInt64, _ part: Part, _ slot: Int) {
        words.store(word, at: slot * Self.slotWords + part.rawValue)
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
