import FoundationEssentials

/// A number, which protobuf's JSON writes as a string if it has 64 bits.
struct WireNumber: Decodable {
    let value: UInt64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(UInt64.self) {
            value = number
        } else if let text = try? container.decode(String.self), let number = UInt64(text) {
            value = number
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an unsigned number")
        }
    }

    func clamped<Number: FixedWidthInteger>() -> Number { Number(clamping: value) }
}

/// An enumeration's value, by name or by number.
struct WireName: Decodable {
    let name: String?
    let number: UInt64?

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        name = try? container.decode(String.self)
        number = name == nil ? try container.decode(UInt64.self) : nil
    }

    /// nil for a name that `byName` does not know.
    func value<Value, Number: FixedWidthInteger>(
        _ byName: (String) -> Value?, _ byNumber: (Number) -> Value
    ) -> Value? {
        if let name { return byName(name) }
        return number.map { byNumber(Number(clamping: $0)) }
    }
}

/// A moment, as RFC 3339 writes it.
struct WireTimestamp: Decodable {
    /// Since 1970-01-01 UTC.
    let nanoseconds: UInt64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let nanoseconds = Self.nanoseconds(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not a time in the form 2026-03-14T09:26:53.589793238Z")
        }
        self.nanoseconds = nanoseconds
    }

    /// The fraction is cut out and read here, since Foundation's dates are not exact to the nanosecond.
    private static func nanoseconds(_ text: String) -> UInt64? {
        var whole = text
        var fraction = 0
        if let dot = text.firstIndex(of: ".") {
            let digits = text[text.index(after: dot)...].prefix { $0.isASCII && $0.isNumber }
            guard (1...9).contains(digits.count), let value = Int(digits) else { return nil }
            fraction = (digits.count..<9).reduce(value) { scaled, _ in scaled * 10 }
            whole.removeSubrange(dot..<digits.endIndex)
        }
        guard let date = try? Date(whole, strategy: .iso8601), date.timeIntervalSince1970 >= 0 else { return nil }
        return UInt64(date.timeIntervalSince1970) * 1_000_000_000 + UInt64(fraction)
    }
}
