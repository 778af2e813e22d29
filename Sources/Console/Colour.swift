/// The colours of flows, as escape sequences of a terminal.
enum Colour: Int {
    case red = 31
    case green = 32
    case yellow = 33
    case magenta = 35
    case cyan = 36
}

/// Colours text, or leaves it.
struct Painter {
    let isColoured: Bool

    func paint(_ text: String, _ colour: Colour?) -> String {
        guard isColoured, let colour, !text.isEmpty else { return text }
        return "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m"
    }

    func append(_ text: String, _ colour: Colour?, to buffer: inout [UInt8]) {
        append(colour, to: &buffer) { $0.append(text) }
    }

    /// What the body appends, in colour unless it is nothing.
    func append(_ colour: Colour?, to buffer: inout [UInt8], _ body: (inout [UInt8]) -> Void) {
        guard isColoured, let colour else { return body(&buffer) }
        let start = buffer.count
        buffer.append("\u{1b}[\(colour.rawValue)m")
        let inside = buffer.count
        body(&buffer)
        if buffer.count == inside { buffer.removeLast(inside - start) } else { buffer.append("\u{1b}[0m") }
    }
}

extension [UInt8] {
    mutating func append(_ text: String) { append(contentsOf: text.utf8) }

    mutating func append(decimal number: UInt32) {
        var unit: UInt32 = 1
        while number / unit >= 10 { unit *= 10 }
        while unit > 0 {
            append(48 + UInt8(truncatingIfNeeded: number / unit % 10))
            unit /= 10
        }
    }
}
