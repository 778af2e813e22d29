extension String {
    /// The text without anything that a terminal would obey: names come from outside. ESC becomes `^[`, carriage return
    /// `\r`, and so on; a control character without such a form becomes `\x` and its number.
    var withoutControls: String {
        guard mayHoldControls else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\u{1b}": text += "^["
            case "\r": text += "\\r"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case _ where scalar.properties.generalCategory == .control:
                text += scalar.value < 0x10 ? "\\x0" : "\\x"
                text += String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// Names are mostly printable ASCII, which needs no closer look; C2 begins the controls above it.
    private var mayHoldControls: Bool {
        utf8.contains { $0 < 0x20 || $0 == 0x7f || $0 == 0xc2 }
    }
}
