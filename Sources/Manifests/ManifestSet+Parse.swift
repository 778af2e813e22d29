extension ManifestSet {
    /// Reads YAML text of any number of documents. Each is read on its own: a bad one is a problem and the others stay.
    ///
    /// - Parameter file: the text's name in messages.
    package static func parse(_ text: String, file: String) -> ManifestSet {
        var result = ManifestSet()
        for section in YAMLSection.split(text) {
            do throws(FieldProblem) {
                guard let node = try section.compose() else { continue }
                result.documents += try ManifestDocument.documents(in: node, file: file)
            } catch {
                result.problems.append(
                    ManifestProblem(file: file, place: error.place, message: error.message, isUnreadable: true))
            }
        }
        return result
    }
}

/// One document's text within a file.
struct YAMLSection {
    var text: Substring
    /// Lines of the file before it.
    var precedingLines: Int

    /// A line that begins with `---` starts a document: YAML allows it nowhere else at the beginning of a line.
    static func split(_ text: String) -> [YAMLSection] {
        var sections: [YAMLSection] = []
        var start = text.startIndex
        var startLine = 0
        var line = 0
        var position = text.startIndex
        while position < text.endIndex {
            if isMarker(text[position...]), !isPreamble(text[start..<position]) {
                sections.append(YAMLSection(text: text[start..<position], precedingLines: startLine))
                start = position
                startLine = line
            }
            let newline = text.utf8[position...].firstIndex(of: UInt8(ascii: "\n"))
            position = newline.map(text.utf8.index(after:)) ?? text.endIndex
            line += 1
        }
        sections.append(YAMLSection(text: text[start...], precedingLines: startLine))
        return sections
    }

    private static func isMarker(_ rest: Substring) -> Bool {
        guard rest.hasPrefix("---") else { return false }
        return rest.dropFirst(3).first.map(\.isWhitespace) ?? true
    }

    /// Nothing but directives (`%YAML 1.2`), comments and blank lines: they belong to the document that follows.
    private static func isPreamble(_ text: Substring) -> Bool {
        text.split(whereSeparator: \.isNewline).allSatisfy { line in
            line.hasPrefix("%") || line.drop(while: \.isWhitespace).first.map { $0 == "#" } ?? true
        }
    }
}
