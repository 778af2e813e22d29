// Text appended as bytes, by hand: the encoders' inner loop.

extension [UInt8] {
    init(text: String) { self = Array(text.utf8) }

    mutating func append(text: String) { append(contentsOf: text.utf8) }

    /// The number in decimal.
    mutating func append(decimal number: UInt64) {
        append(addingCapacity: 20) { output in output.append(decimal: number) }
    }

    /// A JSON string's content: quotes, backslashes and control characters are escaped, all else stays as it is.
    mutating func append(jsonEscaped text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0x0a: append(text: "\\n")
            case 0x0d: append(text: "\\r")
            case 0x09: append(text: "\\t")
            case 0..<0x20:
                append(text: byte < 0x10 ? "\\u000" : "\\u00")
                append(text: String(byte, radix: 16))
            default: append(byte)
            }
        }
    }
}

extension OutputSpan<UInt8> {
    mutating func append(decimal number: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = 20
        var rest = number
        repeat {
            start -= 1
            digits[start] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        for index in start..<20 { append(digits[index]) }
    }
}
