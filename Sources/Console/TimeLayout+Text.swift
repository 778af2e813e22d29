import FlowWire

extension TimeLayout {
    /// `N/A` for a flow without a time.
    func text(nanoseconds: UInt64) -> String {
        if nanoseconds == 0 { return "N/A" }
        let time = CivilTime(nanoseconds: nanoseconds)
        func fraction(_ digits: Int, unit: Int) -> String { CivilTime.padded(time.nanosecond / unit, digits) }
        switch self {
        case .stampMilli:
            let day = time.day < 10 ? " \(time.day)" : "\(time.day)"
            return "\(Self.months[time.month - 1]) \(day) \(time.timeOfDay).\(fraction(3, unit: 1_000_000))"
        case .rfc3339: return "\(time.dateAndTime)Z"
        case .rfc3339Milli: return "\(time.dateAndTime).\(fraction(3, unit: 1_000_000))Z"
        case .rfc3339Micro: return "\(time.dateAndTime).\(fraction(6, unit: 1000))Z"
        case .rfc3339Nano: return "\(time.dateAndTime).\(fraction(9, unit: 1))Z"
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
