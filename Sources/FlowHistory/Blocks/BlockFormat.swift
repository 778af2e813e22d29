/// A block of flows on disk: four groups of columns, each of 64-bit little-endian words and read alone.
///
/// ```
/// word 0   version (bits 0…7) · group (8…15) · flows (16…39) · words in all (40…63)
/// word 1   checksum of all other words
/// word 2   entries of the group's first table (bits 0…31) and of its second (32…63)
/// word 3   the block's first sequence (bits 0…62), and whether it is a block of drops (63)
/// lane     descriptor · parameters · data      for each lane of the group, in the order of `Lane`
/// last     0, so that a reader of packed bits may always look one word ahead
/// ```
/// A descriptor is: encoding (bits 0…7) · width (8…15) · dictionary entry width (16…23) ·
/// dictionary entries (32…63). Row `i` of a lane is then
///
/// | encoding | parameters | value |
/// |---|---|---|
/// | zero | | 0 |
/// | constant | base | base |
/// | packed | base | base + bits(i) |
/// | whole | | bits(i), but `64 / width` of them to a word, so that none goes on in the next |
/// | ramp | base, slope | base + slope · i + bits(i) |
/// | dictionary | base | base + entry(bits(i)); the data are the entries, packed, then the rows' indices |
///
/// in arithmetic modulo 2^64; `bits(i)` are `width` bits from bit `i · width` of the lane's data. Each run of packed
/// bits starts at a word.
enum BlockFormat {
    static let version: UInt64 = 4
    static let headerWords = 4
    static let maximumFlows = 65_536
    static let maximumIndexWidth = 11
    /// Of a lane that points into a table: two sides for each of `maximumFlows`.
    static let maximumTableIndexWidth = 17

    /// Word 3: whose part a group is, so that it is not taken for another block's.
    static func owner(_ firstSequence: UInt64, isOfDrops: Bool) -> UInt64 {
        firstSequence & (.max >> 1) | (isOfDrops ? 1 << 63 : 0)
    }

    enum Encoding: UInt8 {
        case zero, constant, packed, ramp, dictionary, whole
    }

    static func words(bits: Int, count: Int) -> Int { (bits * count + 63) / 64 }

    /// Bits that numbers up to `value` need.
    static func width(_ value: UInt64) -> Int { 64 - value.leadingZeroBitCount }

    static func mask(width: Int) -> UInt64 { width == 0 ? 0 : .max >> UInt64(64 - width) }

    /// Not cryptographic: it finds what disks and stray writes do. Eight independent chains, as multiplication is slow
    /// to give its result and quick to take the next.
    static func checksum(_ words: Span<UInt64>) -> UInt64 {
        let prime: UInt64 = 0x9e37_79b9_7f4a_7c15
        var (a, b, c, d) = (words[0] &* prime, UInt64(words.count), prime, ~prime)
        var (e, f, g, h) = (prime &* 3, prime &* 5, prime &* 7, prime &* 9)
        var index = 2
        while index &+ 8 <= words.count {
            // Their bounds are looked at once.
            let eight = words.extracting(index..<index &+ 8)
            a = mix(a, eight[0])
            b = mix(b, eight[1])
            c = mix(c, eight[2])
            d = mix(d, eight[3])
            e = mix(e, eight[4])
            f = mix(f, eight[5])
            g = mix(g, eight[6])
            h = mix(h, eight[7])
            index &+= 8
        }
        while index < words.count {
            a = mix(a, words[index])
            index &+= 1
        }
        return mix(mix(mix(a, b), mix(c, d)), mix(mix(e, f), mix(g, h)))
    }

    @inline(__always)
    private static func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
        let product = (state ^ word) &* 0xd6e8_feb8_6659_fd93
        return product ^ product >> 32
    }
}

/// Columns that are stored, and so read, together.
enum BlockGroup: Int, CaseIterable {
    /// What happened: verdict, kind, reasons, rule; a byte or two a flow.
    case facts
    /// Who with whom.
    case sides
    case ports
    /// When, how much, and where it was seen.
    case rest

    static let count = allCases.count
}
