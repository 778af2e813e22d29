package import FlowModel

extension NetworkPolicy {
    /// Its rules in the order of the lists and of their entries; those that stand for an empty list are not among them.
    package var ruleReferences: [RuleReference] {
        let rules = specs.flatMap { $0.ingress.rules + $0.egress.rules }
        return rules.filter { $0.peers != .nobody || $0.traffic != .everything || kind != Self.kubernetesKind }
            .map(\.reference)
            .sorted {
                ($0.direction.rawValue, $0.isDeny ? 1 : 0, $0.index) < (
                    $1.direction.rawValue, $1.isDeny ? 1 : 0, $1.index
                )
            }
    }

    /// Whether any of its rules is about pods with these labels.
    ///
    /// - Parameter labels: `source:key=value`.
    package func selects(_ labels: [String]) -> Bool {
        let labels = LabelSet(labels)
        return specs.contains { $0.subjects.matches(labels) }
    }
}
