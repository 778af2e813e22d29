/// A regular expression of RE2's syntax, matched in time linear in the text's length: no text makes it slow.
///
/// Known are: characters, `.`, `[a-z]`, `[^a-z]`, `\d \w \s \D \W \S \n \t`, escaped punctuation, `* + ?` and `{2,5}` (also with
/// a `?` behind, which does not change what matches), `|`, `( )`, `(?: )`, `^ $` (the text's start and end), and a leading
/// `(?i)` for ASCII letters. Unknown are: back-references and looking around, as in RE2; `\b`, `\p{}`, names of groups, other
/// flags.
package struct RegularExpression: Hashable, Sendable {
    /// Characters of a pattern.
    package static let maximumLength = 1_000
    /// States of the automaton, about one for each character once counted repetitions are written out.
    static let maximumStates = 2_000
    static let maximumRepetition = 1_000
    static let maximumDepth = 50

    package let text: String
    private let program: PatternProgram

    package init(_ text: String) throws(PatternError) {
        var parser = PatternParser(text)
        try self.init(text, parser.parse())
    }

    /// For patterns of another syntax: `text` tells them apart.
    init(_ text: String, _ node: PatternNode) throws(PatternError) {
        self.text = text
        program = try PatternProgram(node)
    }

    /// Whether the pattern occurs anywhere in a text.
    package func occurs(in text: String) -> Bool { program.matches(text, isWhole: false) }

    /// Whether a text is matched from its start to its end.
    package func matchesWhole(_ text: String) -> Bool { program.matches(text, isWhole: true) }

    package static func == (left: RegularExpression, right: RegularExpression) -> Bool { left.text == right.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
