import FlowModel

/// Pods by namespace and the beginning of their name.
package struct PodPattern: Hashable, Sendable {
    /// nil for any namespace.
    package var namespace: String?
    /// Empty for any name.
    package var namePrefix: String

    package init(namespace: String?, namePrefix: String) {
        self.namespace = namespace
        self.namePrefix = namePrefix
    }

    /// `shop/cart`, `shop/` (any pod there), `/cart` (in any namespace), `/` (any pod). What follows a second slash is
    /// ignored. nil without a slash: which namespace is then meant depends on the request.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 2 else { return nil }
        self.init(namespace: parts[0].isEmpty ? nil : String(parts[0]), namePrefix: String(parts[1]))
    }

    func matches(_ endpoint: Endpoint) -> Bool { matches(endpoint.namespace, endpoint.podName) }

    /// Services are chosen in the same way.
    func matches(_ service: ServiceReference) -> Bool { matches(service.namespace, service.name) }

    /// What has neither a namespace nor a name never matches.
    private func matches(_ namespace: String, _ name: String) -> Bool {
        if namespace.isEmpty && name.isEmpty { return false }
        return (self.namespace == nil || self.namespace == namespace) && name.hasPrefix(namePrefix)
    }
}
