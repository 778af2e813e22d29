/// Reads a pattern, character by character. See `RegularExpression` for what it may contain.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var ignoresCase = false

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func parse() throws(PatternError) -> PatternNode {
        if scalars.count > RegularExpression.maximumLength {
            throw PatternError(
                position: RegularExpression.maximumLength + 1,
                problem: "more than \(RegularExpression.maximumLength) characters")
        }
        if scalars.starts(with: "(?i)".unicodeScalars) {
            ignoresCase = true
            position = 4
        }
        let node = try alternatives()
        if position < scalars.count { throw failure(") without (") }
        return node
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private func failure(_ problem: String) -> PatternError { PatternError(position: position + 1, problem: problem) }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func take() throws(PatternError) -> Unicode.Scalar {
        guard let scalar = next else { throw failure("unexpected end") }
        position += 1
        return scalar
    }

    private mutating func alternatives() throws(PatternError) -> PatternNode {
        var nodes = [try sequence()]
        while skip("|") { nodes.append(try sequence()) }
        return nodes.count == 1 ? nodes[0] : .alternatives(nodes)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" { nodes.append(try repetition(of: try atom())) }
        return .sequence(nodes)
    }

    private mutating func atom() throws(PatternError) -> PatternNode {
        switch try take() {
        case "(": return try group()
        case "[": return .scalars(try characterClass())
        case ".": return .scalars(.withinLine)
        case "^": return .lineStart
        case "$": return .lineEnd
        case "\\": return .scalars(cased(try escaped()))
        case "*", "+", "?":
            position -= 1
            throw failure("nothing to repeat")
        case let scalar: return .scalars(cased(ScalarSet(scalar)))
        }
    }

    private func cased(_ set: ScalarSet) -> ScalarSet { ignoresCase ? set.ignoringCase : set }

    private mutating func group() throws(PatternError) -> PatternNode {
        if skip("?"), !skip(":") { throw failure("only (?: and a leading (?i) are known") }
        depth += 1
        defer { depth -= 1 }
        if depth > RegularExpression.maximumDepth { throw failure("groups nested too deeply") }
        let node = try alternatives()
        if !skip(")") { throw failure("missing )") }
        return node
    }
}

// MARK: Repetition

extension PatternParser {
    private mutating func repetition(of atom: PatternNode) throws(PatternError) -> PatternNode {
        var node = atom
        while let scalar = next {
            switch scalar {
            case "*": node = .repeated(node, minimum: 0, maximum: nil)
            case "+": node = .repeated(node, minimum: 1, maximum: nil)
            case "?": node = .repeated(node, minimum: 0, maximum: 1)
            case "{":
                node = try counted(node)
                continue
            default: return node
            }
            position += 1
            _ = skip("?")
        }
        return node
    }

    /// `{2}`, `{2,}`, `{2,5}`.
    private mutating func counted(_ node: PatternNode) throws(PatternError) -> PatternNode {
        position += 1
        guard let minimum = number() else { throw failure("not a number of repetitions") }
        var maximum: Int? = minimum
        if skip(",") { maximum = next == "}" ? nil : number() ?? -1 }
        let isSound = maximum.map { (minimum...max(minimum, RegularExpression.maximumRepetition)).contains($0) } ?? true
        if !isSound || minimum > RegularExpression.maximumRepetition {
            throw failure("not a number of repetitions up to \(RegularExpression.maximumRepetition)")
        }
        if !skip("}") { throw failure("missing }") }
        return .repeated(node, minimum: minimum, maximum: maximum)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = next, ScalarSet.digits.contains(digit), value ?? 0 < 10_000 {
            value = (value ?? 0) * 10 + Int(digit.value - 48)
            position += 1
        }
        return value
    }
}

// MARK: Sets

extension PatternParser {
    /// After a backslash: a class, a control character, or punctuation that stands for itself.
    private mutating func escaped() throws(PatternError) -> ScalarSet {
        let scalar = try take()
        switch scalar {
        case "d": return .digits
        case "D": return ScalarSet.digits.inverted
        case "w": return .wordCharacters
        case "W": return ScalarSet.wordCharacters.inverted
        case "s": return .spaces
        case "S": return ScalarSet.spaces.inverted
        case "n": return ScalarSet("\n")
        case "t": return ScalarSet("\t")
        case _ where scalar.isASCII && !ScalarSet.wordCharacters.contains(scalar): return ScalarSet(scalar)
        default:
            position -= 1
            throw failure("unknown escape \\\(scalar)")
        }
    }

    /// After `[`: `a-z_]`, `^0-9]`. A `]` that comes first stands for itself.
    private mutating func characterClass() throws(PatternError) -> ScalarSet {
        let isInverted = skip("^")
        var set = ScalarSet([])
        repeat {
            let first = try classMember()
            guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                set.formUnion(first)
                continue
            }
            position += 1
            let last = try classMember()
            guard let lower = first.only, let upper = last.only, lower <= upper else { throw failure("not a range") }
            set.formUnion(ScalarSet([lower...upper]))
        } while next != "]" && next != nil
        if !skip("]") { throw failure("missing ]") }
        set = cased(set)
        return isInverted ? set.inverted : set
    }

    private mutating func classMember() throws(PatternError) -> ScalarSet {
        let scalar = try take()
        return scalar == "\\" ? try escaped() : ScalarSet(scalar)
    }
}

extension ScalarSet {
    /// The one scalar of a set that has no other.
    fileprivate var only: UInt32? {
        ranges.count == 1 && ranges[0].count == 1 ? ranges[0].lowerBound : nil
    }
}
