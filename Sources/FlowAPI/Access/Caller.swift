/// Who asks, as far as it matters for the answer.
package struct Caller: Hashable, Sendable {
    package var roles: Roles
    /// Only flows of which one end lies in these namespaces, and their endpoints and policies, are shown; nil: all.
    package var namespaces: Set<String>?

    package init(roles: Roles, namespaces: Set<String>? = nil) {
        self.roles = roles
        self.namespaces = namespaces
    }

    /// Whoever can reach a server that asks for no credentials.
    package static let unrestricted = Caller(roles: .all)
}

/// What a caller may read. Each route names the role that it takes.
package struct Roles: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Flows, live and from history, and what sums them up.
    package static let flows = Roles(rawValue: 1 << 0)
    /// Status, nodes, namespaces, endpoints, identities, policies.
    package static let metadata = Roles(rawValue: 1 << 1)
    package static let metrics = Roles(rawValue: 1 << 2)
    package static let all: Roles = [.flows, .metadata, .metrics]

    /// As settings and answers write them. `admin` is all of them.
    package static let named: [(name: String, roles: Roles)] = [
        ("flows", .flows), ("metadata", .metadata), ("metrics", .metrics), ("admin", .all),
    ]

    /// The name of one role.
    package var name: String { Self.named.first { $0.roles == self }?.name ?? "\(rawValue)" }
}
