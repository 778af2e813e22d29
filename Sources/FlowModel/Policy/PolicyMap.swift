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
        identity: Identity, direction: TrafficDirection, ipProtocol: IPProtocol, port: UInt16, matchBits: Int,
        rule: UInt32, isDeny: Bool
    ) {
        self.identity = identity
        self.direction = direction
        self.ipProtocol = ipProtocol
        self.port = port
        self.matchBits = matchBits
        self.rule = rule
        self.isDeny = isDeny
    }
}

/// The whole policy of one endpoint, or of several that are alike, as the kernel's maps hold it. It never changes: another
/// policy has another number.
package struct CompiledPolicy: Hashable, Sendable {
    /// Not 0, and of no other policy of this process. Events carry it.
    package var number: UInt32
    package var ingress: EnforcementMode
    package var egress: EnforcementMode
    /// No two with the same identity, direction and prefix.
    package var entries: [PolicyMapEntry]
    /// `FlowCatalog.rules` index of what a packet is told that no entry matches; 0: nothing.
    package var ingressDefault: UInt32
    package var egressDefault: UInt32

    package init(
        number: UInt32, ingress: EnforcementMode, egress: EnforcementMode, entries: [PolicyMapEntry],
        ingressDefault: UInt32 = 0, egressDefault: UInt32 = 0
    ) {
        self.number = number
        self.ingress = ingress
        self.egress = egress
        self.entries = entries
        self.ingressDefault = ingressDefault
        self.egressDefault = egressDefault
    }

    /// All indices of `FlowCatalog.rules` in it, 0 not among them.
    package var rules: Set<UInt32> {
        Set(entries.map(\.rule) + [ingressDefault, egressDefault]).subtracting([0])
    }
}

/// What one endpoint is held to.
package struct EndpointPolicy: Hashable, Sendable {
    /// `Endpoint.id`.
    package var endpoint: UInt32
    package var policy: CompiledPolicy

    package init(endpoint: UInt32, policy: CompiledPolicy) {
        self.endpoint = endpoint
        self.policy = policy
    }

    package static func == (left: EndpointPolicy, right: EndpointPolicy) -> Bool {
        left.endpoint == right.endpoint && left.policy.number == right.policy.number
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(endpoint)
        hasher.combine(policy.number)
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
