import FlowModel

/// One requirement of a label selector.
struct LabelRequirement: Hashable, Sendable {
    enum Test: Hashable, Sendable {
        case exists
        case isAbsent
        case isOneOf([String])
        /// Also met where the key is absent.
        case isNoneOf([String])
        case isGreater(Int)
        case isLess(Int)
    }

    /// nil: any source.
    let source: String?
    let key: String
    let test: Test

    init?(_ text: String) {
        guard let (name, test) = Self.split(text.trimmed) else { return nil }
        let colon = name.firstIndex(of: ":")
        let source = colon.map { String(name[..<$0]) }
        self.source = source == "any" ? nil : source
        key = colon.map { String(name[name.index(after: $0)...]) } ?? name
        self.test = test
        let isWellFormed = !key.isEmpty && source?.isEmpty != true && key.utf8.allSatisfy(Self.isNameByte)
        guard isWellFormed else { return nil }
    }

    func holds(_ labels: [FlowLabel]) -> Bool {
        let found = labels.filter { (source == nil || $0.source == source!) && hasKey($0) }
        switch test {
        case .exists: return !found.isEmpty
        case .isAbsent: return found.isEmpty
        case .isOneOf(let values): return found.contains { label in values.contains { $0 == label.value } }
        case .isNoneOf(let values): return !found.contains { label in values.contains { $0 == label.value } }
        case .isGreater(let bound): return found.contains { Int($0.value).map { $0 > bound } == true }
        case .isLess(let bound): return found.contains { Int($0.value).map { $0 < bound } == true }
        }
    }

    /// A prefix as key of the source `cidr` stands for all prefixes inside it; IPv6 is written there with `-` for `:`.
    private func hasKey(_ label: FlowLabel) -> Bool {
        if label.key == key { return true }
        guard source == "cidr", label.source == "cidr" else { return false }
        func prefix(_ text: some StringProtocol) -> IPPrefix? {
            IPPrefix(String(text.map { $0 == "-" ? ":" : $0 }))
        }
        guard let wanted = prefix(key), let given = prefix(label.key) else { return false }
        return wanted.contains(given)
    }
}

// MARK: Text

extension LabelRequirement {
    private static func split(_ text: String) -> (name: String, test: Test)? {
        if text.hasPrefix("!") { return (String(text.dropFirst()).trimmed, .isAbsent) }
        if let list = list(text, " notin ") { return (list.name, .isNoneOf(list.values)) }
        if let list = list(text, " in ") { return (list.name, .isOneOf(list.values)) }
        for (sign, make) in signs {
            guard let range = text.firstRange(of: sign) else { continue }
            let value = String(text[range.upperBound...]).trimmed
            guard !value.contains(where: { "=!<>()".contains($0) }), let test = make(value) else { return nil }
            return (String(text[..<range.lowerBound]).trimmed, test)
        }
        return (text, .exists)
    }

    /// Longer signs first.
    private static let signs: [(String, @Sendable (String) -> Test?)] = [
        ("!=", { .isNoneOf([$0]) }), ("==", { .isOneOf([$0]) }), ("=", { .isOneOf([$0]) }),
        (">", { Int($0).map(Test.isGreater) }), ("<", { Int($0).map(Test.isLess) }),
    ]

    private static func list(_ text: String, _ word: String) -> (name: String, values: [String])? {
        guard let range = text.firstRange(of: word), text.hasSuffix(")") else { return nil }
        let rest = String(text[range.upperBound...]).trimmed
        guard rest.hasPrefix("(") else { return nil }
        let values = rest.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
        return (String(text[..<range.lowerBound]).trimmed, values.map { String($0).trimmed })
    }

    /// Letters, digits and what qualified names and prefixes contain.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-_./".utf8.contains(byte)
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        let rest = drop { $0 == " " }
        return String(rest[..<(rest.lastIndex { $0 != " " }.map { rest.index(after: $0) } ?? rest.startIndex)])
    }
}
