/// A DNS name in which `*` stands for any run of letters, digits, `-`, `_` and `.`: `*.example.org`.
package struct DomainPattern: Hashable, Sendable {
    private let expression: RegularExpression

    /// Upper case and one dot at the end do not matter.
    package init(_ text: String) throws(PatternError) {
        var name = text.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        if name.isEmpty { throw PatternError(position: 1, problem: "no name") }
        if name.hasSuffix(".") { throw PatternError(position: name.count, problem: "more than one dot at the end") }
        var nodes: [PatternNode] = []
        for (index, scalar) in name.unicodeScalars.enumerated() {
            switch scalar {
            case "*": nodes.append(.repeated(.scalars(Self.nameCharacters), minimum: 0, maximum: nil))
            case _ where Self.nameCharacters.contains(scalar): nodes.append(.scalars(ScalarSet(scalar)))
            default: throw PatternError(position: index + 1, problem: "no character of a name")
            }
        }
        expression = try RegularExpression(name, .sequence(nodes))
    }

    private static let nameCharacters = ScalarSet([45...46, 48...57, 95...95, 97...122])

    package func matches(_ name: String) -> Bool { expression.matchesWhole(name) }
}
