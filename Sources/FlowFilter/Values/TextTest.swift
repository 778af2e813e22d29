/// What a name or another text must be.
package enum TextTest: Hashable, Sendable {
    case equals(String)
    case hasPrefix(String)
    case hasSuffix(String)
    case contains(String)
    /// Found anywhere in it.
    case matches(RegularExpression)

    package func holds(_ text: String) -> Bool {
        switch self {
        case .equals(let other): text == other
        case .hasPrefix(let beginning): text.utf8.starts(with: beginning.utf8)
        case .hasSuffix(let end): text.utf8.reversed().starts(with: end.utf8.reversed())
        case .contains(let part): part.isEmpty || text.firstRange(of: part) != nil
        case .matches(let expression): expression.occurs(in: text)
        }
    }
}
