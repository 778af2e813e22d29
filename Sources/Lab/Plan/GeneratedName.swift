/// The tails of names that controllers make up, here a function of what they stand for.
enum GeneratedName {
    /// Kubernetes' own alphabet for such names: no vowels, so no words; nothing that looks like another.
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)

    static func suffix(_ length: Int, of parts: [String]) -> String {
        var hash = fnv1a(parts.joined(separator: "\u{0}"))
        var letters: [UInt8] = []
        for _ in 0..<length {
            letters.append(alphabet[Int(hash % UInt64(alphabet.count))])
            hash /= UInt64(alphabet.count)
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// FNV-1a with 64 bits.
    private static func fnv1a(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
