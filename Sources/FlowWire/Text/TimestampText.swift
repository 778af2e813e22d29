/// RFC 3339 text of moments that follow each other closely: date and time of day are kept while the second lasts.
struct TimestampText {
    /// What stands before the time, and the time: `2026-03-14T09:26:53.589793238Z`. The fraction has 0, 3, 6 or 9
    /// digits, as few as are exact.
    private(set) var prefixed: [UInt8]
    private let prefixCount: Int
    private var second = UInt64.max

    private static let secondsCount = 19

    init(prefix: [UInt8]) {
        prefixed = prefix
        prefixCount = prefix.count
    }

    var time: ArraySlice<UInt8> { prefixed[prefixCount...] }

    mutating func update(nanoseconds: UInt64) {
        let (newSecond, fraction) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if newSecond == second {
            prefixed.removeLast(prefixed.count - prefixCount - Self.secondsCount)
        } else {
            second = newSecond
            prefixed.removeLast(prefixed.count - prefixCount)
            prefixed.append(text: CivilTime(nanoseconds: nanoseconds).dateAndTime)
        }
        prefixed.append(addingCapacity: 11) { output in
            Self.append(fraction: UInt32(fraction), to: &output)
            output.append(UInt8(ascii: "Z"))
        }
    }

    private static func append(fraction: UInt32, to output: inout OutputSpan<UInt8>) {
        guard fraction > 0 else { return }
        output.append(UInt8(ascii: "."))
        var rest = fraction
        var unit: UInt32 = 100_000_000
        for digit in 0..<9 {
            if rest == 0 && digit % 3 == 0 { return }
            output.append(48 + UInt8(truncatingIfNeeded: rest / unit))
            rest %= unit
            unit /= 10
        }
    }
}
