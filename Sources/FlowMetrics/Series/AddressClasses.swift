internal import FlowModel

/// Classes by address and endpoint: open addressing, cleared when full.
struct AddressClasses: Sendable {
    struct Key: BitwiseCopyable, Sendable {
        var address: IPAddress
        /// Of endpoint and direction.
        var place: UInt32
        var hasIP: Bool

        static func == (left: Key, right: Key) -> Bool {
            left.address.high == right.address.high && left.address.low == right.address.low
                && left.place == right.place && left.hasIP == right.hasIP
        }

        var mixed: UInt64 {
            var hash = address.low &* 0x9e37_79b9_7f4a_7c15
            hash ^= address.high &* 0xc2b2_ae3d_27d4_eb4f
            hash ^= UInt64(place) &* 0xd6e8_feb8_6659_fd93
            return hash ^ hash &>> 31 ^ hash &>> 47
        }
    }

    private struct Entry: BitwiseCopyable, Sendable {
        var key: Key
        /// 0: free.
        var number: UInt32
    }

    private let most: Int
    private var count = 0
    private var entries: [Entry]

    private static let empty = Entry(key: Key(address: .unspecified, place: 0, hasIP: false), number: 0)

    /// - Parameter limit: of classes. An endpoint has some addresses, so there may be twice as many entries.
    init(limit: Int) {
        most = 2 * limit
        entries = [Entry](repeating: Self.empty, count: 64)
    }

    subscript(key: Key) -> UInt32? {
        let mask = entries.count &- 1
        var place = Int(truncatingIfNeeded: key.mixed) & mask
        while entries[place].number != 0 {
            if entries[place].key == key { return entries[place].number }
            place = (place &+ 1) & mask
        }
        return nil
    }

    mutating func insert(_ number: UInt32, for key: Key) {
        if count >= most { removeAll() }
        if (count + 1) * 2 > entries.count { grow() }
        put(Entry(key: key, number: number))
        count += 1
    }

    private mutating func put(_ entry: Entry) {
        let mask = entries.count - 1
        var place = Int(truncatingIfNeeded: entry.key.mixed) & mask
        while entries[place].number != 0 { place = (place + 1) & mask }
        entries[place] = entry
    }

    private mutating func grow() {
        let old = entries
        entries = [Entry](repeating: Self.empty, count: old.count * 2)
        for entry in old where entry.number != 0 { put(entry) }
    }

    mutating func removeAll() {
        count = 0
        entries = [Entry](repeating: Self.empty, count: 64)
    }

    var memoryBytes: Int { entries.capacity * MemoryLayout<Entry>.stride }
}
