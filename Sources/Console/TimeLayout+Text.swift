import FlowWire

/// Times as text; what a second's times have in common is kept while the second lasts.
struct TimeText: Sendable {
    private let layout: TimeLayout
    private var second = UInt64.max
    /// Up to the second.
    private var beginning = ""

    init(_ layout: TimeLayout) { self.layout = layout }

    /// `N/A` for a flow without a time.
    mutating func text(nanoseconds: UInt64) -> String {
        if nanoseconds == 0 { return "N/A" }
        let (newSecond, fraction) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if newSecond != second {
            second = newSecond
            beginning = layout.beginning(CivilTime(nanoseconds: nanoseconds))
        }
        return layout.text(beginning, nanosecond: fraction)
    }
}

extension TimeLayout {
    fileprivate func beginning(_ time: CivilTime) -> String {
        if self != .stampMilli { return time.dateAndTime }
        let day = time.day < 10 ? " \(time.day)" : "\(time.day)"
        return "\(Self.months[time.month - 1]) \(day) \(time.timeOfDay)"
    }

    fileprivate func text(_ beginning: String, nanosecond: UInt64) -> String {
        // The 1 in front, which is not shown, keeps the leading zeros.
        func fraction(_ digits: Int, unit: UInt64) -> Substring {
            String((1_000_000_000 + nanosecond) / unit).suffix(digits)
        }
        return switch self {
        case .stampMilli: "\(beginning).\(fraction(3, unit: 1_000_000))"
        case .rfc3339: "\(beginning)Z"
        case .rfc3339Milli: "\(beginning).\(fraction(3, unit: 1_000_000))Z"
        case .rfc3339Micro: "\(beginning).\(fraction(6, unit: 1_000))Z"
        case .rfc3339Nano: "\(beginning).\(fraction(9, unit: 1))Z"
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
