package import FlowWire

/// What the control plane knows at a moment.
package struct Metadata: Sendable {
    package var namespaces: [NamespaceReport]
    package var endpoints: [EndpointReport]
    package var identities: [IdentityReport]
    package var policies: [PolicyReport]

    package init(
        namespaces: [NamespaceReport] = [], endpoints: [EndpointReport] = [], identities: [IdentityReport] = [],
        policies: [PolicyReport] = []
    ) {
        self.namespaces = namespaces
        self.endpoints = endpoints
        self.identities = identities
        self.policies = policies
    }

    /// What a caller may know who sees these namespaces only: of identities those whose labels name one of them, and the
    /// reserved ones.
    func limited(to allowed: Set<String>?) -> Metadata {
        guard let allowed else { return self }
        let labels = Set(allowed.map { "k8s:io.kubernetes.pod.namespace=\($0)" })
        let endpoints = endpoints.filter { allowed.contains($0.namespace) }
        let visible = Set(endpoints.map { "\($0.namespace)/\($0.pod_name)" })
        return Metadata(
            namespaces: namespaces.filter { allowed.contains($0.namespace) }, endpoints: endpoints,
            identities: identities.filter { $0.name != nil || !labels.isDisjoint(with: $0.labels) },
            policies: policies.filter { $0.namespace.map(allowed.contains) ?? false }.map { policy in
                var policy = policy
                policy.endpoints.removeAll { !visible.contains($0) }
                return policy
            })
    }
}
