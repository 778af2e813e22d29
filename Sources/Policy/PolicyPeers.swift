package import FlowModel

/// An endpoint that policies may select.
package struct PolicySubject: Hashable, Sendable {
    /// `Endpoint.id`.
    package var endpoint: UInt32
    /// `source:key=value`.
    package var labels: [String]
    /// Its containers' named ports.
    package var namedPorts: [NamedPort]

    package init(endpoint: UInt32, labels: [String], namedPorts: [NamedPort] = []) {
        self.endpoint = endpoint
        self.labels = labels
        self.namedPorts = namedPorts
    }
}

/// An identity that the other side of a connection may have.
package struct PolicyPeer: Hashable, Sendable {
    package var identity: Identity
    /// `source:key=value`.
    package var labels: [String]
    /// The prefix whose identity it is; nil for pods and reserved identities.
    package var prefix: IPPrefix?
    package var namedPorts: [NamedPort]

    package init(identity: Identity, labels: [String], prefix: IPPrefix? = nil, namedPorts: [NamedPort] = []) {
        self.identity = identity
        self.labels = labels
        self.prefix = prefix
        self.namedPorts = namedPorts
    }
}

/// How strictly endpoints are held to their policies.
package struct EnforcementSettings: Sendable {
    package var mode: EnforcementMode
    /// By `Endpoint.id`; goes before `mode`.
    package var modesByEndpoint: [UInt32: EnforcementMode]

    package init(mode: EnforcementMode = .enforce, modesByEndpoint: [UInt32: EnforcementMode] = [:]) {
        self.mode = mode
        self.modesByEndpoint = modesByEndpoint
    }

    func mode(of endpoint: UInt32) -> EnforcementMode { modesByEndpoint[endpoint] ?? mode }
}
