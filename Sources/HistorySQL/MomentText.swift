import FlowWire

/// The text of times in SQL: `2026-03-14T09:26:53.589793238Z`, always 30 bytes, so that texts sort as times do. Date and
/// time of day are kept while the second lasts.
struct MomentText {
    private var second = UInt64.max
    private var dateAndTime = ""

    /// - Parameter nanoseconds: since 1970-01-01 UTC.
    mutating func text(_ nanoseconds: UInt64) -> String {
        if nanoseconds / 1_000_000_000 != second {
            second = nanoseconds / 1_000_000_000
            dateAndTime = CivilTime(nanoseconds: nanoseconds).dateAndTime + "."
        }
        var text = dateAndTime
        text.reserveCapacity(30)
        var (rest, unit) = (nanoseconds % 1_000_000_000, UInt64(100_000_000))
        while unit > 0 {
            text.unicodeScalars.append(Unicode.Scalar(48 + UInt8(rest / unit)))
            (rest, unit) = (rest % unit, unit / 10)
        }
        return text + "Z"
    }
}
