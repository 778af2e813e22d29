/// A moment as a person writes it: RFC 3339, a duration back from now, or `now`.
package enum TimeExpression {
    /// What a duration may be.
    package static let acceptedDuration = "a duration such as 1m or 1h30m (units ms s m h d)"

    static let accepted =
        "RFC 3339 such as 2026-03-14T09:26:53Z, a duration back from now such as 1h30m (units ms s m h d), now"

    /// Nanoseconds since 1970-01-01 UTC; nil for anything else, and for moments outside 1970 to 2554.
    package static func nanoseconds(_ text: String, now: UInt64) -> UInt64? {
        if text == "now" { return now }
        if let duration = durationNanoseconds(text) { return now >= duration ? now - duration : 0 }
        return rfc3339Nanoseconds(text)
    }

    /// `1h30m`: numbers with units, nothing between them; nil for anything else.
    package static func durationNanoseconds(_ text: String) -> UInt64? {
        var rest = text[...]
        var total: UInt64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let count = UInt64(digits), let length = unitNanoseconds[String(unit)] else { return nil }
            let (part, overflow) = count.multipliedReportingOverflow(by: length)
            let (sum, carry) = total.addingReportingOverflow(part)
            guard !overflow, !carry else { return nil }
            total = sum
        }
        return total
    }

    private static let unitNanoseconds: [String: UInt64] = [
        "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000, "d": 86_400_000_000_000,
    ]

    private static func rfc3339Nanoseconds(_ text: String) -> UInt64? {
        var reader = DigitReader(text)
        guard let year = reader.number(digits: 4), reader.skip("-"),
            let month = reader.number(digits: 2), (1...12).contains(month), reader.skip("-"),
            let day = reader.number(digits: 2), day >= 1, day <= daysInMonth(month, of: year), reader.skip("Tt"),
            let hour = reader.number(digits: 2), hour < 24, reader.skip(":"),
            let minute = reader.number(digits: 2), minute < 60, reader.skip(":"),
            let second = reader.number(digits: 2), second < 60,
            let fraction = reader.fractionNanoseconds(), let offset = reader.offsetSeconds(), reader.isAtEnd
        else { return nil }
        let days = daysSinceEpoch(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        guard seconds >= 0, seconds < Int(UInt64.max / 1_000_000_000) else { return nil }
        return UInt64(seconds) * 1_000_000_000 + UInt64(fraction)
    }

    private static func daysInMonth(_ month: Int, of year: Int) -> Int {
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        return daysSinceEpoch(year: next.0, month: next.1, day: 1) - daysSinceEpoch(year: year, month: month, day: 1)
    }

    /// Days from 1970-01-01 in the Gregorian calendar. Years are counted from March, so that a leap day ends its year.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return 365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
    }
}

/// Reads the fields of a timestamp from left to right.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number(digits: Int) -> Int? {
        let field = rest.prefix(digits)
        guard field.count == digits, field.allSatisfy({ (48...57).contains($0) }) else { return nil }
        rest = rest.dropFirst(digits)
        return field.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    mutating func skip(_ accepted: String) -> Bool {
        guard let next = rest.first, accepted.utf8.contains(next) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// `.5`, up to nine digits, or nothing.
    mutating func fractionNanoseconds() -> Int? {
        guard skip(".") else { return 0 }
        let count = rest.prefix { (48...57).contains($0) }.count
        guard (1...9).contains(count), let value = number(digits: count) else { return nil }
        return (count..<9).reduce(value) { scaled, _ in scaled * 10 }
    }

    /// `Z`, `+02:00`: seconds ahead of UTC.
    mutating func offsetSeconds() -> Int? {
        if skip("Zz") { return 0 }
        guard let sign = rest.first, skip("+-"), let hours = number(digits: 2), hours < 24, skip(":"),
            let minutes = number(digits: 2), minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }
}
