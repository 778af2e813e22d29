/// How an endpoint's policy is applied in one direction.
package enum EnforcementMode: UInt8, Sendable {
    /// Everything passes.
    case none = 0
    /// Everything passes; what policy would have stopped is told with verdict AUDIT.
    case audit = 1
    case enforce = 2
}

/// One entry of the kernel's policy map.
package struct PolicyMapEntry: Hashable, Sendable {
    /// `Endpoint.id` of the endpoint that the policy protects.
    package var endpoint: UInt32
    /// The peer; `.unknown` (0) means any peer.
    package var identity: Identity
    /// `.ingress` or `.egress`.
    package var direction: TrafficDirection
    /// Ignored unless `matchBits` ≥ 8.
    package var ipProtocol: IPProtocol
    /// Destination port, or ICMP type; its leading `matchBits - 8` bits count.
    package var port: UInt16
    /// 0: any protocol and port; 8: any port of the protocol; 24: exactly this port; between them a port range.
    package var matchBits: Int
    /// `FlowCatalog.rules` index of the rule that decides.
    package var rule: UInt32
    package var isDeny: Bool

    package init(
        endpoint: UInt32, identity: Identity, direction: TrafficDirection, ipProtocol: IPProtocol, port: UInt16,
        matchBits: Int, rule: UInt32, isDeny: Bool
    ) {
        self.endpoint = endpoint
        self.identity = identity
        self.direction = direction
        self.ipProtocol = ipProtocol
        self.port = port
        self.matchBits = matchBits
        self.rule = rule
        self.isDeny = isDeny
    }
}

/// The whole policy of one endpoint, as the kernel's maps hold it.
package struct EndpointPolicy: Hashable, Sendable {
    package var endpoint: UInt32
    package var ingress: EnforcementMode
    package var egress: EnforcementMode
    package var entries: [PolicyMapEntry]

    package init(endpoint: UInt32, ingress: EnforcementMode, egress: EnforcementMode, entries: [PolicyMapEntry]) {
        self.endpoint = endpoint
        self.ingress = ingress
        self.egress = egress
        self.entries = entries
    }
}

/// One entry of the kernel's address → identity map.
package struct PrefixIdentity: Hashable, Sendable {
    package var prefix: IPPrefix
    package var identity: Identity
    package init(prefix: IPPrefix, identity: Identity) {
        self.prefix = prefix
        self.identity = identity
    }
}
