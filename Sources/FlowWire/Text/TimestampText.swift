/// RFC 3339 text of moments that follow each other closely: date and time of day are kept while the second lasts.
struct TimestampText: BitwiseCopyable, Sendable {
    /// `2026-03-14T09:26:53`
    private var dateAndTime = SIMD32<UInt8>()
    private var second = UInt64.max
    private var fraction: UInt32 = 0

    private static let dateAndTimeCount = 19
    /// What a time takes at most while it is written.
    static let room = 64

    mutating func update(nanoseconds: UInt64) {
        let (newSecond, newFraction) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        fraction = UInt32(truncatingIfNeeded: newFraction)
        if newSecond != second { update(second: newSecond) }
    }

    @inline(never)
    private mutating func update(second newSecond: UInt64) {
        second = newSecond
        let text = CivilTime(nanoseconds: newSecond * 1_000_000_000).dateAndTime
        for (index, byte) in text.utf8.enumerated() { dateAndTime[index] = byte }
    }

    /// Writes `2026-03-14T09:26:53.589793238Z`. The fraction has 0, 3, 6 or 9 digits, as few as are exact.
    @inline(__always)
    func write(to writer: inout ByteWriter) {
        writer.write(dateAndTime, count: Self.dateAndTimeCount)
        if fraction > 0 {
            writer.write(UInt8(ascii: "."))
            let (milliseconds, nanoseconds) = fraction.quotientAndRemainder(dividingBy: 1_000_000)
            writer.write(threeDigits: milliseconds)
            if nanoseconds > 0 {
                writer.write(threeDigits: nanoseconds / 1_000)
                if nanoseconds % 1_000 > 0 { writer.write(threeDigits: nanoseconds % 1_000) }
            }
        }
        writer.write(UInt8(ascii: "Z"))
    }
}

extension ByteWriter {
    @inline(__always)
    fileprivate mutating func write(threeDigits number: UInt32) {
        write(48 + UInt8(truncatingIfNeeded: number / 100))
        write(48 + UInt8(truncatingIfNeeded: number / 10 % 10))
        write(48 + UInt8(truncatingIfNeeded: number % 10))
    }
}
