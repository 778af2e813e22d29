import FlowCatalog
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

    /// What has neither a namespace nor a pod name never matches.
    func matches(_ endpoint: Endpoint) -> Bool {
        if endpoint.namespace.isEmpty && endpoint.podName.isEmpty { return false }
        return (namespace == nil || namespace == endpoint.namespace) && endpoint.podName.hasPrefix(namePrefix)
    }
}

struct PodPredicate {
    private var either: CatalogAnswers<Endpoint>?
    private var source: CatalogAnswers<Endpoint>?
    private var destination: CatalogAnswers<Endpoint>?

    init?(_ patterns: Sided<PodPattern>, _ catalog: FlowCatalog) {
        if patterns.isEmpty { return nil }
        func answers(_ patterns: [PodPattern]) -> CatalogAnswers<Endpoint>? {
            if patterns.isEmpty { return nil }
            return CatalogAnswers(catalog.endpoints) { endpoint in patterns.contains { $0.matches(endpoint) } }
        }
        either = answers(patterns.either)
        source = answers(patterns.source)
        destination = answers(patterns.destination)
    }

    mutating func match(_ flow: borrowing Flow) -> Bool {
        if source?.meets(flow.sourceEndpoint) == false { return false }
        if destination?.meets(flow.destinationEndpoint) == false { return false }
        if either?.meets(flow.sourceEndpoint) != false { return true }
        return either?.meets(flow.destinationEndpoint) != false
    }
}
