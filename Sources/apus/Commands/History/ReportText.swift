import FlowWire
import Foundation
import SystemRuntime

extension UInt64 {
    /// Nanoseconds since 1970-01-01 UTC as RFC 3339, to the millisecond.
    var momentText: String {
        let time = CivilTime(nanoseconds: self)
        return "\(time.dateAndTime).\(CivilTime.padded(time.nanosecond / 1_000_000, 3))Z"
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
