/// A label with the source that gave it: `k8s:app=web`, `reserved:host`.
package struct PolicyLabel: Hashable, Sendable {
    package let source: String
    package let key: String
    package let value: String

    /// Reads `source:key=value`. Without a source it is `unspec`, without a value the value is empty.
    package init(_ text: String) {
        let assignment = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = assignment[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        source = name.count == 2 ? String(name[0]) : "unspec"
        key = String(name[name.count - 1])
        value = assignment.count == 2 ? String(assignment[1]) : ""
    }
}

/// The labels of one identity, ready to be asked by key.
package struct LabelSet: Sendable {
    private let labelsByKey: [String: [PolicyLabel]]

    package init(_ texts: [String]) {
        labelsByKey = Dictionary(grouping: texts.map(PolicyLabel.init), by: \.key)
    }

    /// Values under that key; of any source if `source` is nil.
    package func values(of key: String, source: String?) -> [String] {
        (labelsByKey[key] ?? []).filter { source == nil || $0.source == source }.map(\.value)
    }

    /// Whether it is something outside the cluster, to which CIDR rules apply.
    package var isWorld: Bool {
        ["world", "world-ipv4", "world-ipv6"].contains { !values(of: $0, source: "reserved").isEmpty }
    }
}
