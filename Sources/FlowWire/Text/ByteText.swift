// Text appended as bytes, for what is rendered once.

extension [UInt8] {
    init(text: String) { self = Array(text.utf8) }

    mutating func append(text: String) { append(contentsOf: text.utf8) }

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
