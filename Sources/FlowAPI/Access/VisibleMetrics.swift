/// The part of Prometheus' text that tells only of some namespaces: samples whose label `namespace`, `source_namespace` or
/// `destination_namespace` is one of them, as flows are shown of which either end is.
///
/// Everything else counts all tenants together, or the process, from whose work theirs can be told.
enum VisibleMetrics {
    static func text(_ bytes: [UInt8], namespaces: Set<String>) -> String {
        let whole = String(decoding: bytes, as: UTF8.self)
        // OpenMetrics has no comments.
        var text =
            whole.hasSuffix("# EOF\n")
            ? ""
            : """
            # These credentials see some namespaces only: metrics without a label for them tell of others, too, and are
            # left out.

            """
        // Inside a value, a quotation mark is escaped: this can be nothing but a label.
        let names = ["namespace", "source_namespace", "destination_namespace"]
        let labels = namespaces.flatMap { value in
            names.flatMap { ["{\($0)=\"\(value)\"", ",\($0)=\"\(value)\""] }
        }
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
        return whole.hasSuffix("# EOF\n") ? text + "# EOF\n" : text
    }
}
