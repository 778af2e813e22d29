/// Labels as both formats write them.
enum LabelText {
    /// The value that stands for all that a limit has no room for.
    static let overflow = "_overflow"

    /// `a="1",b="2"`
    static func all(_ pairs: [(String, String)]) -> [UInt8] {
        var text: [UInt8] = []
        for (name, value) in pairs {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            text += name.utf8
            text += [UInt8(ascii: "="), UInt8(ascii: "\"")]
            for byte in value.utf8 {
                switch byte {
                case UInt8(ascii: "\\"): text += Array("\\\\".utf8)
                case UInt8(ascii: "\""): text += Array("\\\"".utf8)
                case UInt8(ascii: "\n"): text += Array("\\n".utf8)
                default: text.append(byte)
                }
            }
            text.append(UInt8(ascii: "\""))
        }
        return text
    }
}

extension [UInt8] {
    mutating func append(decimal number: UInt64) {
        if number < 10 { return append(48 + UInt8(truncatingIfNeeded: number)) }
        var digits: InlineArray<20, UInt8> = InlineArray(repeating: 0)
        var (rest, first) = (number, 20)
        while rest > 0 {
            first -= 1
            digits[first] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        for place in first..<20 { append(digits[place]) }
    }

    /// A whole number without a point, anything else as Swift writes it; beyond finite ones as both formats do.
    mutating func append(decimal number: Double) {
        if number.isInfinite || number.isNaN {
            self += number.isNaN ? "NaN".utf8 : number > 0 ? "+Inf".utf8 : "-Inf".utf8
        } else if number == number.rounded(), abs(number) < 1e15 {
            self += "\(Int64(number))".utf8
        } else {
            self += "\(number)".utf8
        }
    }
}
