/// The identifier of a flow, made from its store and its sequence: the same flow has the same one in every answer.
///
/// RFC 9562 version 8: 60 bits of the store, then 62 bits of the sequence.
struct FlowUUID: BitwiseCopyable, Sendable {
    /// What all flows of the store begin with: `08080808-0808-8818-`.
    private var storePart = SIMD32<UInt8>()

    private static let storePartCount = 19
    private static let variant: UInt64 = 0x8000_0000_0000_0000

    /// - Parameter storeID: 16 bytes; both halves count.
    init(storeID: [UInt8]) {
        precondition(storeID.count == 16, "a store's identifier has 16 bytes")
        let store = (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(storeID[$1] ^ storeID[$1 + 8]) }
        let digits = String(store & ~0xf000 | 0x8000, radix: 16)
        var text = [UInt8](text: String(repeating: "0", count: 16 - digits.utf8.count) + digits)
        for place in [8, 13, 18] { text.insert(UInt8(ascii: "-"), at: place) }
        for (index, byte) in text.enumerated() { storePart[index] = byte }
    }

    /// The sequence that a text of this store's identifiers names; nil for any other text.
    func sequence(of text: String) -> UInt64? {
        let bytes = Array(text.lowercased().utf8)
        guard bytes.count == 36, bytes[Self.storePartCount + 4] == UInt8(ascii: "-"),
            (0..<Self.storePartCount).allSatisfy({ bytes[$0] == storePart[$0] })
        else { return nil }
        let digits = bytes[Self.storePartCount...].filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 16, let number = UInt64(String(decoding: digits, as: UTF8.self), radix: 16),
            number >= Self.variant, number < Self.variant | Self.variant >> 1
        else { return nil }
        return number & (Self.variant >> 1 - 1)
    }

    @inline(__always)
    func write(sequence: UInt64, to writer: inout ByteWriter) {
        let number = sequence & (Self.variant >> 1 - 1) | Self.variant
        let high = Self.hexDigits(UInt32(truncatingIfNeeded: number >> 32))
        writer.write(storePart, count: Self.storePartCount)
        writer.write(high, count: 4)
        writer.write(UInt8(ascii: "-"))
        writer.write(high >> 32, count: 4)
        writer.write(Self.hexDigits(UInt32(truncatingIfNeeded: number)), count: 8)
    }

    /// The eight digits as they are to lie in memory: each nibble is spread to a byte of its own, and all become text
    /// at once.
    @inline(__always)
    private static func hexDigits(_ number: UInt32) -> UInt64 {
        var nibbles = UInt64(number)
        nibbles = (nibbles | nibbles << 16) & 0x0000_ffff_0000_ffff
        nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff
        nibbles = (nibbles | nibbles << 4) & 0x0f0f_0f0f_0f0f_0f0f
        let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 39).bigEndian
    }
}
