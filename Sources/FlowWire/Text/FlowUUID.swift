/// The identifier of a flow, made from its store and its sequence: the same flow has the same one in every answer.
///
/// RFC 9562 version 8: 60 bits of the store, then 62 bits of the sequence.
struct FlowUUID {
    /// What stands before the identifier, and the identifier.
    private(set) var prefixed: [UInt8]
    private var sequence: UInt64 = 0
    private let start: Int

    private static let variant: UInt64 = 0x8000_0000_0000_0000

    /// - Parameter storeID: 16 bytes; both halves count.
    init(prefix: [UInt8], storeID: [UInt8]) {
        precondition(storeID.count == 16, "a store's identifier has 16 bytes")
        let store = (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(storeID[$1] ^ storeID[$1 + 8]) }
        let high = store & ~0xf000 | 0x8000
        prefixed = prefix + Array(repeating: UInt8(ascii: "-"), count: 36)
        start = prefix.count
        write(high, from: 0)
        write(Self.variant, from: 16)
    }

    mutating func update(sequence newSequence: UInt64) {
        let low = newSequence & (Self.variant >> 1 - 1) | Self.variant
        // Flows come in order: mostly the last two digits alone change.
        if newSequence >> 8 == sequence >> 8 {
            prefixed[start + 34] = Self.hexDigit(low >> 4)
            prefixed[start + 35] = Self.hexDigit(low)
        } else {
            write(low, from: 16)
        }
        sequence = newSequence
    }

    /// Writes 16 digits, the first of them being the identifier's `first`, around the hyphens.
    private mutating func write(_ value: UInt64, from first: Int) {
        for index in 0..<16 {
            let digit = first + index
            let hyphens = digit < 8 ? 0 : digit < 12 ? 1 : digit < 16 ? 2 : digit < 20 ? 3 : 4
            prefixed[start + digit + hyphens] = Self.hexDigit(value >> UInt64(60 - 4 * index))
        }
    }

    private static func hexDigit(_ value: UInt64) -> UInt8 {
        let digit = UInt8(truncatingIfNeeded: value & 15)
        return digit < 10 ? 48 + digit : 87 + digit
    }
}
