import Manifests

/// An entry of `toFQDNs`: one name, or a pattern of names. Letters' case and a final dot make no difference.
struct DomainSelector: Hashable {
    private let pattern: [UInt8]
    private let isPattern: Bool

    private static let longest = 255
    private static let (star, dot) = (UInt8(ascii: "*"), UInt8(ascii: "."))

    init(_ node: ManifestNode) throws(FieldProblem) {
        try node.allowOnly(["matchName", "matchPattern"])
        let (name, pattern) = (try node.field("matchName"), try node.field("matchPattern"))
        guard (name == nil) != (pattern == nil), let field = name ?? pattern else {
            throw node.problem("one of matchName and matchPattern is required")
        }
        let text = try field.text()
        isPattern = pattern != nil
        self.pattern = Self.plain(text)
        guard (1...Self.longest).contains(text.utf8.count), self.pattern.allSatisfy({ isAccepted($0) }) else {
            throw field.problem(
                "must be a name of up to \(Self.longest) letters, digits, - _ and ."
                    + (isPattern ? ", with * for any part of a label" : "") + ", not \"\(text)\"")
        }
    }

    private static func plain(_ text: String) -> [UInt8] {
        let bytes = Array(text.lowercased().utf8)
        return bytes.last == dot ? bytes.dropLast() : bytes
    }

    private func isAccepted(_ byte: UInt8) -> Bool {
        Self.isOfLabel(byte) || byte == Self.dot || isPattern && byte == Self.star
    }

    private static func isOfLabel(_ byte: UInt8) -> Bool {
        (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    func matches(_ name: String) -> Bool {
        let name = Self.plain(name)
        guard isPattern else { return name == pattern }
        if pattern.allSatisfy({ $0 == Self.star }) { return true }
        guard pattern.starts(with: [Self.star, Self.star, Self.dot]) else {
            return Self.matches(name[...], pattern[...])
        }
        // One label or more before the rest.
        return name.indices.dropFirst().contains { index in
            name[index] == Self.dot && Self.matches(name[(index + 1)...], pattern[3...])
        }
    }

    /// A star stands for any part of a label, be it none. Both are short, and a star ends at a dot.
    private static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first != star { return name.first == first && matches(name.dropFirst(), pattern.dropFirst()) }
        let rest = pattern.drop { $0 == star }
        var tail = name
        while true {
            if matches(tail, rest) { return true }
            guard let next = tail.first, isOfLabel(next) else { return false }
            tail = tail.dropFirst()
        }
    }
}
