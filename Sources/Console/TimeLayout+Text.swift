import FlowWire

/// Times as text; what a second's times have in common is kept while the second lasts.
struct TimeText: Sendable {
    private let layout: TimeLayout
    private var second = UInt64.max
    /// Up to the second.
    private var beginning: [UInt8] = []

    init(_ layout: TimeLayout) { self.layout = layout }

    /// `N/A` for a flow without a time.
    mutating func text(nanoseconds: UInt64) -> String {
        var bytes: [UInt8] = []
        append(nanoseconds: nanoseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func append(nanoseconds: UInt64, to buffer: inout [UInt8]) {
        if nanoseconds == 0 { return buffer.append("N/A") }
        let (newSecond, fraction) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if newSecond != second {
            second = newSecond
            beginning = Array(layout.beginning(CivilTime(nanoseconds: nanoseconds)).utf8)
        }
        buffer.append(contentsOf: beginning)
        layout.append(nanosecond: fraction, to: &buffer)
    }
}

extension TimeLayout {
    fileprivate func beginning(_ time: CivilTime) -> String {
        if self != .stampMilli { return time.dateAndTime }
        let day = time.day < 10 ? " \(time.day)" : "\(time.day)"
        return "\(Self.months[time.month - 1]) \(day) \(time.timeOfDay)"
    }

    /// What stands behind the second.
    fileprivate func append(nanosecond: UInt64, to buffer: inout [UInt8]) {
        let digits =
            switch self {
            case .stampMilli, .rfc3339Milli: 3
            case .rfc3339: 0
            case .rfc3339Micro: 6
            case .rfc3339Nano: 9
            }
        if digits > 0 {
            buffer.append(UInt8(ascii: "."))
            var unit: UInt64 = 100_000_000
            for _ in 0..<digits {
                buffer.append(48 + UInt8(truncatingIfNeeded: nanosecond / unit % 10))
                unit /= 10
            }
        }
        if self != .stampMilli { buffer.append(UInt8(ascii: "Z")) }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
