import FlowModel

extension NetworkPolicy {
    /// Whether any of its rules is about pods with these labels.
    ///
    /// - Parameter labels: `source:key=value`.
    package func selects(_ labels: [String]) -> Bool {
        let labels = LabelSet(labels)
        return specs.contains { $0.subjects.matches(labels) }
    }
}
