/// Which policy.
package struct PolicyName: Hashable, Codable, Sendable {
    /// `CiliumNetworkPolicy`, `NetworkPolicy`…
    package var kind: String
    /// Empty if the policy is of the whole cluster.
    package var namespace: String
    package var name: String

    package init(kind: String, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// `shop/db`
    package var qualifiedName: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}

extension PolicyName: CustomStringConvertible {
    /// `CiliumNetworkPolicy shop/db`
    package var description: String { "\(kind) \(qualifiedName)" }
}
