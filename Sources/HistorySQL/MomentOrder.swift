import SQLiteRuntime

/// How SQL compares times: as texts, but so that other ways to write a moment mean it, too: a space for the `T`, no `Z`,
/// a shorter fraction or none. So `time > datetime('now', '-1 hour')` is what it seems to be. A date alone comes before
/// all times of its day.
enum MomentOrder {
    static let name = "MOMENT"

    /// Less than 0, 0 or more than 0, as the first comes before, beside or behind the second.
    static func compare(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
        let (leftCount, rightCount) = (count(left), count(right))
        for index in 0..<min(leftCount, rightCount) {
            let (a, b) = (byte(left, index), byte(right, index))
            if a != b { return a < b ? -1 : 1 }
        }
        return leftCount - rightCount
    }

    /// Where the separator of date and time stands.
    private static let separator = 10
    /// Where the fraction of the second begins, with its point.
    private static let fraction = 19

    private static func byte(_ text: Span<UInt8>, _ index: Int) -> UInt8 {
        index == separator && (text[index] == UInt8(ascii: " ") || text[index] == UInt8(ascii: "t"))
            ? UInt8(ascii: "T") : text[index]
    }

    /// Bytes that count: without the `Z`, and without a fraction's last zeros.
    private static func count(_ text: Span<UInt8>) -> Int {
        var count = text.count
        if count > fraction, text[count - 1] | 0x20 == UInt8(ascii: "z") { count -= 1 }
        guard count > fraction, text[fraction] == UInt8(ascii: ".") else { return count }
        while count > fraction + 1, text[count - 1] == UInt8(ascii: "0") { count -= 1 }
        return count == fraction + 1 ? fraction : count
    }

    // MARK: Bounds

    /// The times whose text compares so with a given one; nil if there are none.
    static func times(_ comparison: TableQuestion.Comparison, _ text: String) -> ClosedRange<UInt64>? {
        switch comparison {
        case .less: times(before: first(comparing: text) { $0 >= 0 })
        case .lessOrEqual: times(before: first(comparing: text) { $0 > 0 })
        case .greater: first(comparing: text) { $0 > 0 }.map { $0...(.max) }
        case .greaterOrEqual: first(comparing: text) { $0 >= 0 }.map { $0...(.max) }
        case .equal: equal(text)
        }
    }

    private static func times(before end: UInt64?) -> ClosedRange<UInt64>? {
        guard let end else { return 0...(.max) }
        return end == 0 ? nil : 0...end - 1
    }

    private static func equal(_ text: String) -> ClosedRange<UInt64>? {
        guard let least = times(.greaterOrEqual, text), let most = times(.lessOrEqual, text),
            least.lowerBound <= most.upperBound
        else { return nil }
        return least.lowerBound...most.upperBound
    }

    /// The first time whose comparison with the text is accepted, as those of all later ones are; nil if none is.
    private static func first(comparing text: String, _ accepts: (Int) -> Bool) -> UInt64? {
        var moment = MomentText()
        let bytes = Array(text.utf8)
        func isAccepted(_ time: UInt64) -> Bool {
            let time = Array(moment.text(time).utf8)
            return accepts(compare(time.span, bytes.span))
        }
        guard isAccepted(.max) else { return nil }
        var (low, high) = (UInt64(0), UInt64.max)
        while low < high {
            let middle = low + (high - low) / 2
            if isAccepted(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
