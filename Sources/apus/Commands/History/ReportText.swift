import FlowWire
import Foundation
import SystemRuntime

// How the reports on a store put their numbers.

extension UInt64 {
    /// `1234567` → `1,234,567`.
    var withThousands: String {
        let digits = String(self)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }

    /// Nanoseconds since 1970-01-01 UTC as RFC 3339, to the millisecond.
    var momentText: String {
        let time = CivilTime(nanoseconds: self)
        return "\(time.dateAndTime).\(CivilTime.padded(time.nanosecond / 1_000_000, 3))Z"
    }

    /// Nanoseconds as `3d 4h`, `2h 5m`, `12.3s`.
    var durationText: String {
        let seconds = self / 1_000_000_000
        if seconds >= 86_400 { return "\(seconds / 86_400)d \(seconds % 86_400 / 3_600)h" }
        if seconds >= 3_600 { return "\(seconds / 3_600)h \(seconds % 3_600 / 60)m" }
        if seconds >= 60 { return "\(seconds / 60)m \(seconds % 60)s" }
        return String(format: "%.1fs", Double(self) / 1e9)
    }
}

extension StandardStream {
    /// A value as one line of JSON, members sorted, names in snake case.
    func write(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try write([UInt8](try encoder.encode(value)) + [UInt8(ascii: "\n")])
    }
}

/// Tells a person now and then how far long work is; nothing of work that is done within a moment.
struct ProgressText {
    private var tellAt = ContinuousClock.now + pause
    private static let pause = Duration.seconds(2)

    mutating func tell(_ line: @autoclosure () -> String) {
        guard ContinuousClock.now >= tellAt else { return }
        tellAt = .now + Self.pause
        StandardStream.error.say(line())
    }
}
