extension ManifestNode {
    /// Reads YAML text of one document that need not be a Kubernetes object; nil if it holds nothing.
    package static func parse(_ text: String) throws(FieldProblem) -> ManifestNode? {
        let sections = YAMLSection.split(text)
        guard sections.count == 1 else {
            let place = ManifestPlace(line: sections[1].precedingLines + 1, column: 1)
            throw FieldProblem("a second document begins here; one is accepted", at: place)
        }
        return try sections[0].compose()
    }
}
