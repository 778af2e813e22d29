/// The random number (an RFC 9562 UUID, version 4) by which a store is known; it never changes.
package struct StoreID: Hashable, Sendable {
    /// The first and last eight bytes, as numbers in network order.
    package let high: UInt64
    package let low: UInt64

    package static func random() -> StoreID {
        StoreID(
            high: .random(in: 0...(.max)) & 0xffff_ffff_ffff_0fff | 0x4000,
            low: .random(in: 0...(.max)) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
    }

    package var bytes: [UInt8] {
        [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } }
    }
}

extension StoreID: CustomStringConvertible {
    package var description: String {
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
    }

    /// Reads what `description` writes.
    package init?(_ text: some StringProtocol) {
        let digits = String(text.filter { $0 != "-" })
        guard digits.utf8.count == 32, let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}
