/// `404`, or `4+` and `50+` for all that begin so.
package struct HTTPStatusPattern: Hashable, Sendable {
    /// As it is written.
    package let text: String

    package init?(_ text: String) {
        let isPrefix = text.hasSuffix("+")
        let digits = isPrefix ? text.dropLast() : text[...]
        let isNumber = digits.utf8.allSatisfy { (48...57).contains($0) }
        guard isNumber, let first = digits.first, ("1"..."5").contains(first) else { return nil }
        guard isPrefix ? digits.count <= 2 : digits.count == 3 else { return nil }
        self.text = text
    }

    func holds(_ code: UInt32) -> Bool {
        guard code != 0 else { return false }
        return text.hasSuffix("+") ? String(code).hasPrefix(text.dropLast()) : String(code) == text
    }
}
