/// A small table from a number to an index of the catalog: open addressing, no allocation per look-up.
///
/// For keys of which there are few (drop reasons, code addresses, interfaces). It forgets everything when it is three
/// quarters full, so that its size is fixed; the catalog behind it does not.
struct IndexCache {
    private var keys: [UInt64]
    private var values: [UInt32]
    private var count = 0
    private let mask: Int

    /// - Parameter capacity: a power of two; 12 bytes each.
    init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a cache's capacity is a power of two")
        keys = Array(repeating: 0, count: capacity)
        values = Array(repeating: 0, count: capacity)
        mask = capacity - 1
    }

    /// - Parameter key: not 0.
    func find(_ key: UInt64) -> UInt32? {
        var slot = Self.hash(key) & mask
        while keys[slot] != 0 {
            if keys[slot] == key { return values[slot] }
            slot = (slot + 1) & mask
        }
        return nil
    }

    mutating func insert(_ value: UInt32, for key: UInt64) {
        if (count + 1) * 4 > keys.count * 3 {
            for slot in keys.indices { keys[slot] = 0 }
            count = 0
        }
        var slot = Self.hash(key) & mask
        while keys[slot] != 0 && keys[slot] != key { slot = (slot + 1) & mask }
        if keys[slot] == 0 { count += 1 }
        keys[slot] = key
        values[slot] = value
    }

    private static func hash(_ key: UInt64) -> Int {
        let mixed = (key ^ key >> 32) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed >> 20)
    }
}
