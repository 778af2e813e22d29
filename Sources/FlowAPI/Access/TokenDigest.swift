/// SHA-256 of a token: what a server keeps in its place.
package struct TokenDigest: Hashable, Sendable {
    package static let byteCount = 32

    let bytes: [UInt8]

    package init(of token: String) { bytes = SHA256.digest(of: Array(token.utf8)) }

    /// 64 hexadecimal digits; nil for anything else.
    package init?(hexadecimal text: String) {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue.map(UInt8.init) }
        guard text.utf8.count == Self.byteCount * 2, digits.count == Self.byteCount * 2 else { return nil }
        bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    package var hexadecimal: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Takes the same time whatever the digests are.
    func isSame(as other: TokenDigest) -> Bool {
        var difference: UInt8 = 0
        for index in 0..<Self.byteCount { difference |= bytes[index] ^ other.bytes[index] }
        return difference == 0
    }
}
