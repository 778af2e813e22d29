/// Walks over one line of JSON, byte by byte; holds nothing but its place.
///
/// Objects are read member by member:
///
///     var more = try scanner.open(line, "{")
///     while more {
///         switch try scanner.key(line, keys) { … }
///         more = try scanner.next(line, "}")
///     }
struct JSONScanner {
    private(set) var position = 0
    /// Of the value that was begun last, for errors.
    private(set) var valueStart = 0

    private static let deepest = 100

    init(at position: Int = 0) { self.position = position }

    func failure(_ problem: String) -> JSONFailure { JSONFailure(position: position, problem: problem, isSyntax: true) }

    func unfit(_ problem: String) -> JSONFailure {
        JSONFailure(position: valueStart, problem: problem, isSyntax: false)
    }

    @inline(__always)
    mutating func skipBlanks(_ line: Span<UInt8>) {
        while position < line.count {
            let byte = line[position]
            guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return }
            position &+= 1
        }
    }

    @inline(__always)
    private mutating func peek(_ line: Span<UInt8>) throws(JSONFailure) -> UInt8 {
        if position < line.count, line[position] > 0x20 { return line[position] }
        skipBlanks(line)
        guard position < line.count else { throw failure("it ends too early") }
        return line[position]
    }

    @inline(__always)
    private mutating func expect(_ byte: UInt8, _ line: Span<UInt8>) throws(JSONFailure) {
        guard try peek(line) == byte else {
            throw failure("unexpected character, wanted is \(Character(Unicode.Scalar(byte)))")
        }
        position &+= 1
    }

    // MARK: Objects and lists

    /// Whether the object or list that begins here has any members.
    @inline(__always)
    mutating func open(_ line: Span<UInt8>, _ bracket: Unicode.Scalar) throws(JSONFailure) -> Bool {
        let start = try peek(line)
        valueStart = position
        guard start == UInt8(ascii: bracket) else { throw unfit(bracket == "{" ? "not an object" : "not a list") }
        position &+= 1
        let end = bracket == "{" ? UInt8(ascii: "}") : UInt8(ascii: "]")
        guard try peek(line) == end else { return true }
        position &+= 1
        return false
    }

    /// Whether another member follows; passes over the object's or list's end if none does.
    @inline(__always)
    mutating func next(_ line: Span<UInt8>, _ bracket: Unicode.Scalar) throws(JSONFailure) -> Bool {
        let byte = try peek(line)
        position &+= 1
        if byte == UInt8(ascii: ",") { return true }
        guard byte == UInt8(ascii: bracket) else {
            position &-= 1
            throw failure("unexpected character, wanted is , or \(bracket)")
        }
        return false
    }

    /// The key of the next member, and passes over its colon. A member that is null is passed over: 0, as any unknown key.
    @inline(__always)
    mutating func key(_ line: Span<UInt8>, _ keys: NameTable) throws(JSONFailure) -> UInt8 {
        try expect(UInt8(ascii: "\""), line)
        let hash = try keyHash(line)
        try expect(UInt8(ascii: ":"), line)
        guard try peek(line) == UInt8(ascii: "n") else { return keys[hash] }
        return 0
    }

    /// Of the key whose first byte stands here; passes over the quotation mark behind it.
    @inline(__always)
    private mutating func keyHash(_ line: Span<UInt8>) throws(JSONFailure) -> UInt64 {
        var hash = NameTable.seed
        let start = position
        while position &+ 8 <= line.count {
            let word = line.word(position)
            let end = Self.bytes(of: word, equalTo: 0x2222_2222_2222_2222)
            if Self.bytes(of: word, equalTo: 0x5c5c_5c5c_5c5c_5c5c) != 0 { break }
            if end == 0 {
                hash = NameTable.step(hash, word)
                position &+= 8
                continue
            }
            let count = end.trailingZeroBitCount &>> 3
            position &+= count &+ 1
            return NameTable.step(hash, count == 0 ? 0 : word & (UInt64.max &>> UInt64(64 &- 8 &* count)))
        }
        // Near the line's end, or with a backslash.
        position = start &- 1
        return NameTable.hash(line, try string(line))
    }

    /// The highest bit of the first byte of a word that is that of the pattern, and perhaps of bytes behind it.
    @inline(__always)
    private static func bytes(of word: UInt64, equalTo pattern: UInt64) -> UInt64 {
        let difference = UInt64(littleEndian: word) ^ pattern
        return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
    }

    /// The text of the key that was read last, whose value begins here.
    func keyText(_ line: Span<UInt8>) -> String {
        var end = position
        while end > 0, line[end &- 1] != UInt8(ascii: "\"") { end &-= 1 }
        var start = end - 1
        while start > 0, line[start - 1] != UInt8(ascii: "\"") { start -= 1 }
        return end > start ? String(utf8: line, start..<(end - 1)) : ""
    }

    // MARK: Values

    /// Where the text between the quotation marks lies; escapes are as they were written.
    @inline(__always)
    mutating func string(_ line: Span<UInt8>) throws(JSONFailure) -> Range<Int> {
        let first = try peek(line)
        valueStart = position
        guard first == UInt8(ascii: "\"") else { throw unfit("not a text") }
        position &+= 1
        let start = position
        while position < line.count {
            let byte = line[position]
            if byte == UInt8(ascii: "\"") {
                position &+= 1
                return start..<(position &- 1)
            }
            position &+= byte == UInt8(ascii: "\\") ? 2 : 1
        }
        position = line.count
        throw failure("it ends too early")
    }

    mutating func text(_ line: Span<UInt8>) throws(JSONFailure) -> String {
        let range = try string(line)
        for index in range where line[index] == UInt8(ascii: "\\") { return try unescaped(line, range) }
        return String(utf8: line, range)
    }

    /// A number, as which a text of digits counts, too.
    @inline(__always)
    mutating func number(_ line: Span<UInt8>) throws(JSONFailure) -> UInt64 {
        let first = try peek(line)
        valueStart = position
        let isQuoted = first == UInt8(ascii: "\"")
        if isQuoted { position &+= 1 }
        let start = position
        var number: UInt64 = 0
        while position < line.count {
            let digit = line[position] &- 48
            guard digit < 10 else { break }
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
            if overflow || carry { throw unfit("not an unsigned number of 64 bits") }
            number = sum
            position &+= 1
        }
        let hasEnd = position < line.count && (isQuoted ? line[position] == 0x22 : Self.mayFollowNumber(line[position]))
        guard position > start, hasEnd else { throw unfit("not an unsigned number") }
        if isQuoted { position &+= 1 }
        return number
    }

    private static func mayFollowNumber(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || byte <= 0x20
    }

    mutating func truth(_ line: Span<UInt8>) throws(JSONFailure) -> Bool {
        let first = try peek(line)
        valueStart = position
        let (word, value): (StaticString, Bool) = first == UInt8(ascii: "t") ? ("true", true) : ("false", false)
        guard skip(word, line) else { throw unfit("neither true nor false") }
        return value
    }

    private mutating func skip(_ word: StaticString, _ line: Span<UInt8>) -> Bool {
        let bytes = Array(word.description.utf8)
        guard position + bytes.count <= line.count else { return false }
        for index in bytes.indices where line[position + index] != bytes[index] { return false }
        position += bytes.count
        return true
    }

    /// Whether a text begins here, rather than a number or another value.
    @inline(__always)
    mutating func isText(_ line: Span<UInt8>) throws(JSONFailure) -> Bool { try peek(line) == UInt8(ascii: "\"") }

    /// Passes over a value of any kind, whose inside is looked at only as far as its end.
    mutating func skipValue(_ line: Span<UInt8>) throws(JSONFailure) {
        var depth = 0
        repeat {
            let byte = try peek(line)
            switch byte {
            case UInt8(ascii: "\""): _ = try string(line)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position &+= 1
                guard depth <= Self.deepest else { throw failure("nested more than \(Self.deepest) deep") }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { throw failure("a value is missing") }
                depth -= 1
                position &+= 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { throw failure("a value is missing") }
                position &+= 1
            default: skipWord(line)
            }
        } while depth > 0
    }

    /// A number, `true`, `false` or `null`.
    private mutating func skipWord(_ line: Span<UInt8>) {
        while position < line.count {
            let byte = line[position]
            if byte <= 0x20 || byte == 0x2c || byte == 0x7d || byte == 0x5d || byte == 0x3a || byte == 0x22 { return }
            position &+= 1
        }
    }

    /// Goes to a place that was found by other means.
    mutating func move(to position: Int) { self.position = position }

    // MARK: Escapes

    private func unescaped(_ line: Span<UInt8>, _ range: Range<Int>) throws(JSONFailure) -> String {
        var bytes: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = line[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < range.upperBound else {
                bytes.append(byte)
                continue
            }
            let escape = line[index]
            index += 1
            switch escape {
            case UInt8(ascii: "n"): bytes.append(0x0a)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "r"): bytes.append(0x0d)
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0c)
            case UInt8(ascii: "u"): bytes += Array(String(try scalar(line, &index, range.upperBound)).utf8)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(escape)
            default: throw unfit("an escape that JSON does not know")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// After `\u`; half of a pair becomes the replacement character.
    private func scalar(
        _ line: Span<UInt8>, _ index: inout Int, _ end: Int
    ) throws(JSONFailure) -> Character {
        let high = try unit(line, &index, end)
        guard high & 0xfc00 == 0xd800 else { return Character(Unicode.Scalar(high) ?? "\u{fffd}") }
        guard index + 1 < end, line[index] == UInt8(ascii: "\\"), line[index + 1] == UInt8(ascii: "u") else {
            return "\u{fffd}"
        }
        index += 2
        let low = try unit(line, &index, end)
        guard low & 0xfc00 == 0xdc00 else { return "\u{fffd}" }
        return Character(Unicode.Scalar(0x10000 + (high & 0x3ff) << 10 + low & 0x3ff) ?? "\u{fffd}")
    }

    private func unit(_ line: Span<UInt8>, _ index: inout Int, _ end: Int) throws(JSONFailure) -> UInt32 {
        guard index + 4 <= end, let unit = UInt32(String(utf8: line, index..<(index + 4)), radix: 16) else {
            throw unfit("an escape that JSON does not know")
        }
        index += 4
        return unit
    }
}

/// What is wrong with a line.
struct JSONFailure: Error {
    let position: Int
    let problem: String
    /// It is no JSON at all; otherwise a value is not what its member is.
    let isSyntax: Bool
}

extension String {
    /// Bytes that are no UTF-8 are replaced.
    init(utf8 line: Span<UInt8>, _ range: Range<Int>) {
        let part = line.extracting(range)
        self = unsafe part.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
