import FlowModel

/// A policy by its exact name, in one namespace or in any.
package struct PolicyPattern: Hashable, Sendable {
    /// nil: any.
    let namespace: String?
    let name: String

    /// `allow-dns`, `shop/allow-dns`, `/clusterwide`. nil without a name.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), let name = parts.last, !name.isEmpty else { return nil }
        namespace = parts.count == 2 && !parts[0].isEmpty ? parts[0] : nil
        self.name = name
    }

    func matches(_ rule: RuleReference) -> Bool {
        rule.name == name && (namespace == nil || rule.namespace == namespace)
    }
}
