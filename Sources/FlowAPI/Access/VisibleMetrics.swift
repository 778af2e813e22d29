/// The part of Prometheus' text that tells only of some namespaces: samples with a label `namespace` that is one of them.
///
/// Everything else counts all tenants together, or the process, from whose work theirs can be told.
enum VisibleMetrics {
    static func text(_ whole: String, namespaces: Set<String>) -> String {
        var text = """
            # These credentials see some namespaces only: metrics without a label "namespace" tell of others, too, and are
            # left out.

            """
        // Inside a value, a quotation mark is escaped: this can be nothing but a label.
        let labels = namespaces.flatMap { ["{namespace=\"\($0)\"", ",namespace=\"\($0)\""] }
        var description: [Substring] = []
        for line in whole.split(separator: "\n") {
            if line.hasPrefix("#") {
                if line.hasPrefix("# HELP") { description = [] }
                description.append(line)
            } else if labels.contains(where: { line.contains($0) }) {
                for line in description + [line] { text += line + "\n" }
                description = []
            }
        }
        return text
    }
}
