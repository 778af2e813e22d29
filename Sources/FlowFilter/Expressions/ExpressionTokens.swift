/// A word of an expression.
struct ExpressionToken: Hashable {
    enum Kind: Hashable {
        /// Letters, digits and what names, addresses and prefixes contain.
        case word(String)
        /// In quotation marks.
        case text(String)
        case sign(String)
        case end
    }

    let kind: Kind
    /// Of its first character, from 1.
    let position: Int

    /// As it is told in an error.
    var shown: String {
        switch kind {
        case .word(let text): "\"\(text)\""
        case .text(let text): "the text \"\(text)\""
        case .sign(let text): "\"\(text)\""
        case .end: "the end"
        }
    }
}

/// Cuts an expression into words.
struct ExpressionTokens {
    private(set) var tokens: [ExpressionToken] = []
    private let characters: [Character]
    private var position = 0

    /// - Parameters:
    ///   - signs: longer ones before those that they begin with.
    ///   - wordCharacters: besides letters and digits.
    init(_ text: String, signs: [String], wordCharacters: Set<Character>) throws(ExpressionError) {
        characters = Array(text)
        while true {
            while position < characters.count, characters[position].isWhitespace { position += 1 }
            let start = position
            guard position < characters.count else {
                tokens.append(ExpressionToken(kind: .end, position: start + 1))
                return
            }
            let kind = try next(signs, wordCharacters)
            tokens.append(ExpressionToken(kind: kind, position: start + 1))
        }
    }

    private mutating func next(
        _ signs: [String], _ wordCharacters: Set<Character>
    ) throws(ExpressionError) -> ExpressionToken.Kind {
        let first = characters[position]
        if first == "\"" || first == "'" { return .text(try quoted(first)) }
        if let sign = signs.first(where: { characters[position...].starts(with: $0) }) {
            position += sign.count
            return .sign(sign)
        }
        func isOfWord(_ character: Character) -> Bool {
            character.isLetter || character.isNumber || wordCharacters.contains(character)
        }
        guard isOfWord(first) else {
            throw ExpressionError(position: position + 1, problem: "unexpected \"\(first)\"")
        }
        let word = characters[position...].prefix(while: isOfWord)
        position += word.count
        return .word(String(word))
    }

    /// A backslash takes the next mark as it is; before anything else it stands for itself, as regular expressions need it.
    private mutating func quoted(_ mark: Character) throws(ExpressionError) -> String {
        let start = position
        var text = ""
        position += 1
        while position < characters.count {
            let character = characters[position]
            position += 1
            if character == mark { return text }
            if character == "\\", position < characters.count, characters[position] == mark {
                text.append(mark)
                position += 1
            } else {
                text.append(character)
            }
        }
        throw ExpressionError(position: start + 1, problem: "a quotation mark that is not closed")
    }
}

/// Walks over tokens.
struct TokenReader {
    private let tokens: [ExpressionToken]
    private var index = 0
    /// Nested parentheses and negations.
    private var depth = 0

    private static let maximumDepth = 50

    init(_ tokens: [ExpressionToken]) { self.tokens = tokens }

    var next: ExpressionToken { tokens[index] }

    mutating func take() -> ExpressionToken {
        defer { if index < tokens.count - 1 { index += 1 } }
        return tokens[index]
    }

    mutating func skip(_ sign: String) -> Bool {
        guard next.kind == .sign(sign) else { return false }
        index += 1
        return true
    }

    /// In any case.
    mutating func skip(word: String) -> Bool {
        guard case .word(let text) = next.kind, text.lowercased() == word else { return false }
        index += 1
        return true
    }

    mutating func expect(_ sign: String) throws(ExpressionError) {
        guard skip(sign) else { throw unexpected("\"\(sign)\"") }
    }

    mutating func expectEnd() throws(ExpressionError) {
        guard next.kind == .end else { throw unexpected("and, or, or the end") }
    }

    func unexpected(_ accepted: String) -> ExpressionError {
        ExpressionError(position: next.position, problem: "unexpected \(next.shown)", accepted: accepted)
    }

    /// Into one more pair of parentheses.
    mutating func enter() throws(ExpressionError) {
        depth += 1
        guard depth <= Self.maximumDepth else {
            throw ExpressionError(position: next.position, problem: "nested more than \(Self.maximumDepth) deep")
        }
    }

    mutating func leave() { depth -= 1 }
}
