import FlowModel

/// Reads the part of CEL (Common Expression Language) that filters need, over one variable `_flow` of type `flow.Flow`.
///
///     _flow.verdict == Verdict.DROPPED && _flow.l4.TCP.destination_port in [80u, 443u]
///
/// Known are `&& || !`, parentheses, `== != < <= > >= in`, lists, texts, numbers (with or without `u`), `true`, `false`,
/// constants of enumerations, `has(…)`, `startsWith endsWith contains matches`, and `exists(l, …)` over labels. `CELField` says
/// which fields there are. Nothing is computed: one side of a comparison is a field, the other a constant.
struct CELParser {
    private var reader: TokenReader
    private let context: ExpressionContext

    private static let signs = [
        "==", "!=", "<=", ">=", "&&", "||", "<", ">", "(", ")", "[", "]", ",", "!",
    ]
    private static let comparisons = ["==", "!=", "<=", ">=", "<", ">"]
    private static let mirrored = ["<": ">", "<=": ">=", ">": "<", ">=": "<="]

    init(_ text: String, _ context: ExpressionContext) throws(ExpressionError) {
        reader = TokenReader(try ExpressionTokens(text, signs: Self.signs, wordCharacters: Set("._")).tokens)
        self.context = context
    }

    mutating func parse() throws(ExpressionError) -> FilterExpression {
        let expression = try alternatives()
        guard reader.next.kind == .end else { throw reader.unexpected("&&, ||, or the end") }
        return expression
    }

    private mutating func alternatives() throws(ExpressionError) -> FilterExpression {
        var parts = [try conjunction()]
        while reader.skip("||") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws(ExpressionError) -> FilterExpression {
        var parts = [try negation()]
        while reader.skip("&&") { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws(ExpressionError) -> FilterExpression {
        let isNegated = reader.skip("!")
        guard isNegated || reader.skip("(") else { return try relation() }
        try reader.enter()
        defer { reader.leave() }
        if isNegated { return .not(try negation()) }
        let inner = try alternatives()
        try reader.expect(")")
        return inner
    }

    // MARK: Relations

    private mutating func relation() throws(ExpressionError) -> FilterExpression {
        if let constant = try constant() { return try relation(from: constant) }
        let token = reader.take()
        guard case .word(let word) = token.kind else {
            throw ExpressionError(
                position: token.position, problem: "unexpected \(token.shown)", accepted: "_flow.…, a constant, !, (")
        }
        if word == "has" {
            try reader.expect("(")
            let field = try field(reader.take())
            try reader.expect(")")
            return try field.isSet()
        }
        if reader.next.kind == .sign("("), let dot = word.lastIndex(of: ".") {
            let name = String(word[word.index(after: dot)...])
            return try call(name, of: try field(String(word[..<dot]), token.position), token)
        }
        return try relation(of: try field(word, token.position))
    }

    /// `80u == _flow.l4.TCP.destination_port`, `"k8s:app=web" in _flow.source.labels`
    private mutating func relation(from constant: CELConstant) throws(ExpressionError) -> FilterExpression {
        if reader.skip(word: "in") { return try field(reader.take()).includes(constant) }
        for sign in Self.comparisons where reader.skip(sign) {
            return try field(reader.take()).compares(Self.mirrored[sign] ?? sign, constant)
        }
        throw reader.unexpected("in, " + Self.comparisons.joined(separator: ", "))
    }

    private mutating func relation(of field: CELField) throws(ExpressionError) -> FilterExpression {
        if reader.skip(word: "in") {
            try reader.expect("[")
            var members: [FilterExpression] = []
            repeat {
                guard let constant = try constant() else { throw reader.unexpected("a constant") }
                members.append(try field.compares("==", constant))
            } while reader.skip(",")
            try reader.expect("]")
            return .any(members)
        }
        for sign in Self.comparisons where reader.skip(sign) {
            guard let constant = try constant() else { throw reader.unexpected("a constant") }
            return try field.compares(sign, constant)
        }
        return try field.compares("==", CELConstant(value: .truth(true), position: field.position))
    }

    private mutating func call(
        _ name: String, of field: CELField, _ token: ExpressionToken
    ) throws(ExpressionError) -> FilterExpression {
        try reader.expect("(")
        if name == "exists" {
            let variable = reader.take()
            try reader.expect(",")
            let test = try elementTest(variable)
            try reader.expect(")")
            return try field.passes(test)
        }
        let test = try textTest(name, token)
        try reader.expect(")")
        return try field.passes(test)
    }

    /// `l == "k8s:app=web"`, `l.startsWith("k8s:")`, of the variable of an `exists`.
    private mutating func elementTest(_ variable: ExpressionToken) throws(ExpressionError) -> TextTest {
        let token = reader.take()
        guard case .word(let name) = variable.kind, case .word(let word) = token.kind else {
            throw ExpressionError(position: token.position, problem: "unexpected \(token.shown)")
        }
        if word == name {
            try reader.expect("==")
            guard case .text(let text)? = try constant()?.value else { throw reader.unexpected("a text") }
            return .equals(text)
        }
        guard word.hasPrefix(name + ".") else {
            throw ExpressionError(position: token.position, problem: "\"\(word)\" is not about \(name)")
        }
        try reader.expect("(")
        let test = try textTest(String(word.dropFirst(name.count + 1)), token)
        try reader.expect(")")
        return test
    }

    private mutating func textTest(_ name: String, _ token: ExpressionToken) throws(ExpressionError) -> TextTest {
        let argument = reader.take()
        guard case .text(let text) = argument.kind else {
            throw ExpressionError(
                position: argument.position, problem: "unexpected \(argument.shown)", accepted: "a text")
        }
        switch name {
        case "startsWith": return .hasPrefix(text)
        case "endsWith": return .hasSuffix(text)
        case "contains": return .contains(text)
        case "matches": return .matches(try RegularExpression(text, at: argument.position))
        default:
            throw ExpressionError(
                position: token.position, problem: "\"\(name)\" is no function that is known",
                accepted: "startsWith, endsWith, contains, matches, exists, has")
        }
    }

    // MARK: Words

    private func field(_ token: ExpressionToken) throws(ExpressionError) -> CELField {
        guard case .word(let word) = token.kind else {
            throw ExpressionError(position: token.position, problem: "unexpected \(token.shown)", accepted: "_flow.…")
        }
        return try field(word, token.position)
    }

    private func field(_ word: String, _ position: Int) throws(ExpressionError) -> CELField {
        guard word.hasPrefix("_flow.") else {
            throw ExpressionError(
                position: position, problem: "\"\(word)\" is no variable or constant that is known",
                accepted: "_flow and its fields, Verdict.DROPPED and the like")
        }
        return try CELField(String(word.dropFirst("_flow.".count)), position, context)
    }

    /// nil if the next token is none.
    private mutating func constant() throws(ExpressionError) -> CELConstant? {
        let token = reader.next
        let value: CELConstant.Value?
        switch token.kind {
        case .text(let text): value = .text(text)
        case .word("true"): value = .truth(true)
        case .word("false"): value = .truth(false)
        case .word(let word): value = CELConstant.Value(word: word)
        default: value = nil
        }
        guard let value else { return nil }
        _ = reader.take()
        return CELConstant(value: value, position: token.position)
    }
}

/// A text, a number, a truth value, or a constant of an enumeration.
struct CELConstant {
    enum Value: Hashable {
        case text(String)
        case number(UInt64)
        case truth(Bool)
        /// `Verdict.DROPPED`
        case name(enumeration: String, String)

        /// nil for a word that is none.
        init?(word: String) {
            if let number = UInt64(word.hasSuffix("u") ? word.dropLast() : word[...]) {
                self = .number(number)
                return
            }
            let parts = word.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard parts.count >= 2, parts[0] != "_flow", parts[0].first?.isUppercase == true else { return nil }
            self = .name(enumeration: parts[parts.count - 2], parts[parts.count - 1])
        }
    }

    let value: Value
    let position: Int
}
