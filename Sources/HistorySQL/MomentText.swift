import FlowWire

/// The text of times in SQL: `2026-03-14T09:26:53.589793238Z`, always 30 bytes, so that texts sort as times do. Date and
/// time of day are kept while the second lasts, and all of it while the same time is asked for.
struct MomentText {
    private(set) var bytes = [UInt8](repeating: UInt8(ascii: "Z"), count: 30)
    private var second = UInt64.max
    private var nanosecond: UInt64 = .max

    /// Puts a time into `bytes`.
    ///
    /// - Parameter nanoseconds: since 1970-01-01 UTC.
    mutating func update(_ nanoseconds: UInt64) {
        let (newSecond, newNanosecond) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if newSecond != second { update(second: newSecond) }
        if newNanosecond != nanosecond { update(nanosecond: newNanosecond) }
    }

    private mutating func update(second new: UInt64) {
        second = new
        let text = CivilTime(nanoseconds: new * 1_000_000_000).dateAndTime + "."
        for (index, byte) in text.utf8.enumerated() { bytes[index] = byte }
    }

    private mutating func update(nanosecond new: UInt64) {
        nanosecond = new
        var (rest, place) = (UInt32(new), 28)
        while place > 19 {
            bytes[place] = UInt8(48 + rest % 10)
            (rest, place) = (rest / 10, place - 1)
        }
    }

    mutating func text(_ nanoseconds: UInt64) -> String {
        update(nanoseconds)
        return String(decoding: bytes, as: UTF8.self)
    }
}
