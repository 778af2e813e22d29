/// A moment by the calendar and the clock, UTC.
package struct CivilTime {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    /// Within the second.
    package let nanosecond: Int

    /// - Parameter nanoseconds: since 1970-01-01 UTC.
    package init(nanoseconds: UInt64) {
        let seconds = Int(nanoseconds / 1_000_000_000)
        nanosecond = Int(nanoseconds % 1_000_000_000)
        (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
        // Days are counted from 0000-03-01, so that the leap day ends its year, in cycles of 400 years.
        let days = seconds / 86_400 + 719_468
        let dayOfCycle = days % 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = days / 146_097 * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
    }

    /// `2026-03-14T09:26:53`
    package var dateAndTime: String {
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        return "\(date)T\(timeOfDay)"
    }

    /// `09:26:53`
    package var timeOfDay: String {
        "\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))"
    }

    /// The number with leading zeros.
    package static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
