import FoundationEssentials

/// Moments as RFC 3339 writes them. Those that follow each other closely have their second in common.
struct TimestampReader: Sendable {
    /// `2026-03-14T09:26:53`, and what it means.
    private var dateAndTime: [UInt8] = []
    private var second: UInt64 = 0

    private static let dateAndTimeCount = 19

    /// Nanoseconds since 1970-01-01 UTC.
    @inline(__always)
    mutating func nanoseconds(_ line: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFailure) -> UInt64 {
        let range = try scanner.string(line)
        if let known = sameSecond(line, range) { return known }
        let text = String(utf8: line, range)
        guard let time = Self.nanoseconds(text) else {
            throw scanner.unfit("not a time in the form 2026-03-14T09:26:53.589793238Z")
        }
        if text.hasSuffix("Z"), range.count > Self.dateAndTimeCount {
            dateAndTime = line.array(range.lowerBound..<(range.lowerBound + Self.dateAndTimeCount))
            second = time - time % 1_000_000_000
        }
        return time
    }

    /// nil for another second, and for what has another form.
    @inline(__always)
    private func sameSecond(_ line: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard !dateAndTime.isEmpty, line.holds(dateAndTime.span, at: range.lowerBound) else { return nil }
        var index = range.lowerBound &+ Self.dateAndTimeCount
        var fraction: UInt64 = 0
        if index < range.upperBound, line[index] == UInt8(ascii: ".") {
            index &+= 1
            var unit: UInt64 = 100_000_000
            while index < range.upperBound, unit > 0 {
                let digit = line[index] &- 48
                guard digit < 10 else { break }
                fraction &+= UInt64(digit) &* unit
                unit /= 10
                index &+= 1
            }
            guard unit < 100_000_000 else { return nil }
        }
        guard index == range.upperBound &- 1, line[index] == UInt8(ascii: "Z") else { return nil }
        return second &+ fraction
    }

    /// The fraction is cut out and read here, since Foundation's dates are not exact to the nanosecond.
    static func nanoseconds(_ text: String) -> UInt64? {
        var whole = text
        var fraction = 0
        if let dot = text.firstIndex(of: ".") {
            let digits = text[text.index(after: dot)...].prefix { $0.isASCII && $0.isNumber }
            guard (1...9).contains(digits.count), let value = Int(digits) else { return nil }
            fraction = (digits.count..<9).reduce(value) { scaled, _ in scaled * 10 }
            whole.removeSubrange(dot..<digits.endIndex)
        }
        guard let date = try? Date(whole, strategy: .iso8601),
            let seconds = UInt64(exactly: date.timeIntervalSince1970.rounded(.down))
        else { return nil }
        let (start, isTooLate) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isBeyond) = start.addingReportingOverflow(UInt64(fraction))
        return isTooLate || isBeyond ? nil : sum
    }
}
