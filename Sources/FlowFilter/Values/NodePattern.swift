/// Nodes by name: `node-1`, `*.example.org`, `east/*`, `east/` (any node of that cluster). Without a cluster, in any.
package struct NodePattern: Hashable, Sendable {
    /// nil: any.
    private let cluster: DomainPattern?
    private let node: DomainPattern?

    package init(_ text: String) throws(PatternError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, parts.contains(where: { !$0.isEmpty }) else {
            throw PatternError(position: 1, problem: text.isEmpty ? "no name" : "not [cluster/]name")
        }
        cluster = parts.count == 2 && !parts[0].isEmpty ? try DomainPattern(parts[0]) : nil
        node = parts.last!.isEmpty ? nil : try DomainPattern(parts.last!)
    }

    /// - Parameter name: `node`, of the cluster `default`, or `cluster/node`.
    package func matches(_ name: String) -> Bool {
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        guard let last = parts.last else { return false }
        return cluster?.matches(parts.count == 2 ? parts[0] : "default") != false && node?.matches(last) != false
    }
}

extension FilterConditions {
    /// Met by no flow.
    package static var none: FilterConditions {
        var conditions = FilterConditions()
        conditions.types = [TypeCondition(kinds: [])]
        return conditions
    }
}

extension FilterSpec {
    /// Sequences outside of which no flow matches; nil if the filter does not say.
    package var sequences: ClosedRange<UInt64>? {
        guard !allow.isEmpty, !allow.contains(where: \.sequences.isEmpty) else { return nil }
        let all = allow.flatMap(\.sequences)
        return all.min()!...all.max()!
    }
}
