import FlowModel

/// A controller by name, kind or both.
package struct WorkloadPattern: Hashable, Sendable {
    /// nil: any.
    let kind: String?
    let name: String?

    /// `cart`, `Deployment/cart`, `Deployment/` (all of that kind). nil if it says nothing.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), parts.contains(where: { !$0.isEmpty }) else { return nil }
        kind = parts.count == 2 && !parts[0].isEmpty ? parts[0] : nil
        name = parts.last!.isEmpty ? nil : parts.last!
    }

    /// An empty text is any.
    package init(kind: String, name: String) {
        self.kind = kind.isEmpty ? nil : kind
        self.name = name.isEmpty ? nil : name
    }

    func matches(_ endpoint: Endpoint) -> Bool {
        endpoint.workloads.contains { (kind == nil || $0.kind == kind) && (name == nil || $0.name == name) }
    }
}
