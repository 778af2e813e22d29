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
        buffer.append(isColoured ? paint(text, colour) : text)
    }
}

extension [UInt8] {
    mutating func append(_ text: String) { append(contentsOf: text.utf8) }
}
