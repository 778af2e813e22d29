/// A block of flows on disk: 64-bit little-endian words.
///
/// ```
/// word 0   version (bits 0…7) · lanes (8…15) · flows (16…47)
/// word 1   checksum of all other words
/// lane 0   descriptor · parameters · data
/// lane 1   …
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
/// | ramp | base, slope | base + slope · i + bits(i) |
/// | dictionary | base | base + entry(bits(i)); the data are the entries, packed, then the rows' indices |
///
/// in arithmetic modulo 2^64; `bits(i)` are `width` bits from bit `i · width` of the lane's data. Each run of packed
/// bits starts at a word.
enum BlockFormat {
    static let version: UInt64 = 1
    static let headerWords = 2
    static let maximumFlows = 65_536
    static let maximumIndexWidth = 11

    enum Encoding: UInt8 {
        case zero, constant, packed, ramp, dictionary
    }

    static func words(bits: Int, count: Int) -> Int { (bits * count + 63) / 64 }

    /// Bits that numbers up to `value` need.
    static func width(_ value: UInt64) -> Int { 64 - value.leadingZeroBitCount }

    static func mask(width: Int) -> UInt64 { width == 0 ? 0 : .max >> UInt64(64 - width) }

    /// Not cryptographic: it finds what disks and stray writes do. Four independent chains, as multiplication is slow
    /// to give its result and quick to take the next.
    static func checksum(_ words: Span<UInt64>) -> UInt64 {
        let prime: UInt64 = 0x9e37_79b9_7f4a_7c15
        var a = words[0] &* prime
        var b = UInt64(words.count)
        var c = prime
        var d = ~prime
        var index = headerWords
        while index &+ 4 <= words.count {
            a = mix(a, words[index])
            b = mix(b, words[index &+ 1])
            c = mix(c, words[index &+ 2])
            d = mix(d, words[index &+ 3])
            index &+= 4
        }
        while index < words.count {
            a = mix(a, words[index])
            index &+= 1
        }
        return mix(mix(mix(a, b), c), d)
    }

    @inline(__always)
    private static func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
        let product = (state ^ word) &* 0xd6e8_feb8_6659_fd93
        return product ^ product >> 32
    }
}
