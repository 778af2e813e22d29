import FlowModel

/// Reads the language of `where`.
///
///     verdict == DROPPED and (to.port in 80..90 or from.pod =~ "web-.*") and not to.ip in 10.0.0.0/8
///
/// An expression is made of comparisons, `and`, `or`, `not` (also `&&`, `||`, `!`) and parentheses; `and` binds closer than
/// `or`. A comparison is a filter's name, with dots for hyphens, a sign and a value:
///
///     == !=          the value, as the filter takes it; of a pod, namespace, workload or service the exact name
///     in, not in     a list [a, b], a range 80..90, a prefix 10.0.0.0/8
///     =~ !~          a regular expression, which is found anywhere in the name; ^ and $ bind it
///     < <= > >=      of ports and types of ICMP messages
///
/// What has no value, like `reply`, stands alone. Texts with blanks or signs are put in quotation marks.
struct WhereParser {
    private var reader: TokenReader
    private let context: ExpressionContext

    static let comparisons = "==, !=, in, not in, =~, !~, <, <=, >, >="

    private static let signs = [
        "==", "!=", "=~", "!~", "<=", ">=", "&&", "||", "<", ">", "(", ")", "[", "]", ",", "!", "=",
    ]

    init(_ text: String, _ context: ExpressionContext) throws(ExpressionError) {
        reader = TokenReader(
            try ExpressionTokens(text, signs: Self.signs, wordCharacters: Set("._-:/*+")).tokens)
        self.context = context
    }

    mutating func parse() throws(ExpressionError) -> FilterExpression {
        let expression = try alternatives()
        try reader.expectEnd()
        return expression
    }

    private mutating func alternatives() throws(ExpressionError) -> FilterExpression {
        var parts = [try conjunction()]
        while true {
            guard reader.skip(word: "or") || reader.skip("||") else { break }
            parts.append(try conjunction())
        }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws(ExpressionError) -> FilterExpression {
        var parts = [try negation()]
        while true {
            guard reader.skip(word: "and") || reader.skip("&&") else { break }
            parts.append(try negation())
        }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws(ExpressionError) -> FilterExpression {
        if reader.skip(word: "not") || reader.skip("!") {
            try reader.enter()
            defer { reader.leave() }
            return .not(try negation())
        }
        guard reader.skip("(") else { return try comparison() }
        try reader.enter()
        defer { reader.leave() }
        let inner = try alternatives()
        try reader.expect(")")
        return inner
    }

    // MARK: Comparisons

    private mutating func comparison() throws(ExpressionError) -> FilterExpression {
        let token = reader.take()
        guard case .word(let name) = token.kind else {
            throw ExpressionError(
                position: token.position, problem: "unexpected \(token.shown)", accepted: "a comparison, not, (")
        }
        let field = WhereField(try parameter(name, token), token.position, context.origin)
        if reader.skip("=~") { return try matches(field) }
        if reader.skip("!~") { return .not(try matches(field)) }
        if reader.skip("==") || reader.skip("=") { return try field.equals(try value()) }
        if reader.skip("!=") { return .not(try field.equals(try value())) }
        if reader.skip(word: "in") { return try membership(field) }
        if reader.skip(word: "not") {
            guard reader.skip(word: "in") else { throw reader.unexpected("in") }
            return .not(try membership(field))
        }
        for sign in ["<=", ">=", "<", ">"] where reader.skip(sign) {
            return try field.compares(sign, try value())
        }
        guard field.standsAlone else { throw reader.unexpected(Self.comparisons) }
        return try field.equals(WhereValue(text: "true", position: token.position))
    }

    private func parameter(_ name: String, _ token: ExpressionToken) throws(ExpressionError) -> FilterParameter {
        let wanted = name.lowercased().map { $0 == "." ? "-" : $0 }
        let known = WhereField.aliases[String(wanted)] ?? FilterParameter(rawValue: String(wanted))
        if let known, context.accepts(known) { return known }
        let names = context.names
        throw ExpressionError(
            position: token.position,
            problem: UncapturedFact.problem(of: String(wanted)).map { "\"\(name)\" \($0)" }
                ?? "\"\(name)\" is no filter",
            accepted: names.joined(separator: ", "), suggestion: nearestName(to: name.lowercased(), among: names))
    }

    private mutating func value() throws(ExpressionError) -> WhereValue {
        switch reader.next.kind {
        case .word(let text), .text(let text):
            return WhereValue(text: text, position: reader.take().position)
        default: throw reader.unexpected("a value")
        }
    }

    private mutating func matches(_ field: WhereField) throws(ExpressionError) -> FilterExpression {
        let value = try value()
        return try field.matches(.matches(try RegularExpression(value.text, at: value.position)))
    }

    private mutating func membership(_ field: WhereField) throws(ExpressionError) -> FilterExpression {
        let isList = reader.skip("[")
        guard isList || reader.skip("(") else { return try field.contains(try value()) }
        var members: [FilterExpression] = []
        repeat {
            members.append(try field.contains(try value()))
        } while reader.skip(",")
        try reader.expect(isList ? "]" : ")")
        return .any(members)
    }
}

extension RegularExpression {
    /// - Parameter position: in an expression.
    init(_ text: String, at position: Int) throws(ExpressionError) {
        do throws(PatternError) {
            try self.init(text)
        } catch {
            throw ExpressionError(position: position, problem: "not a regular expression: \(error)")
        }
    }
}
