/// Where a default deny comes from: the policies that select the endpoint, and what their rules would have let through.
package struct DefaultDeny: Hashable, Codable, Sendable {
    /// A rule that lets something through.
    package struct Allowance: Hashable, Codable, Sendable {
        /// Index into `policies`.
        package var policy: Int
        /// Position of the entry within the policy's list of the direction, from 0.
        package var index: Int
        package var peers: PeerSelection
        package var traffic: TrafficSelection

        package init(policy: Int, index: Int, peers: PeerSelection, traffic: TrafficSelection) {
            self.policy = policy
            self.index = index
            self.peers = peers
            self.traffic = traffic
        }
    }

    /// In the order of kind, namespace and name.
    package var policies: [PolicyName]
    /// The first `mostAllowances` of the policies' rules.
    package var allowances: [Allowance]
    /// What a server told of one flow, where the rules themselves are not known.
    package var told: NearestRule?

    /// Rules among which the nearest is looked for: the catalog holds them.
    package static let mostAllowances = 128

    package init(policies: [PolicyName], allowances: [Allowance] = [], told: NearestRule? = nil) {
        self.policies = policies
        self.allowances = Array(allowances.prefix(Self.mostAllowances))
        self.told = told
    }

    /// The rule that would have let a packet through but for the least; nil if none lets anything through.
    ///
    /// - Parameters:
    ///   - address: the peer's.
    ///   - port: destination port or ICMP type.
    ///   - namedPorts: of the side whose ports are meant.
    package func nearest(
        peer labels: LabelSet, address: IPAddress, ipProtocol: IPProtocol, port: UInt16, namedPorts: [NamedPort] = []
    ) -> NearestRule? {
        if let told { return told }
        var nearest: (rule: NearestRule, distance: (Int, Int))?
        for allowance in allowances {
            let rule = NearestRule(
                policy: policies[allowance.policy], index: allowance.index,
                peer: allowance.peers.matches(labels, prefix: .host(address))
                    ? nil : allowance.peers.text(for: labels),
                ports: allowance.traffic.matches(ipProtocol, port, namedPorts: namedPorts)
                    ? nil : allowance.traffic.text)
            if let known = nearest, known.distance <= rule.distance { continue }
            nearest = (rule, rule.distance)
        }
        return nearest?.rule
    }
}

/// A rule that would have let a packet through, but for these parts.
package struct NearestRule: Hashable, Codable, Sendable {
    package var policy: PolicyName
    /// Position of the entry within the policy's list of the direction, from 0.
    package var index: Int
    /// The peer is another one: what the rule wants of it.
    package var peer: String?
    /// Protocol or port is another one: what the rule takes.
    package var ports: String?

    package init(policy: PolicyName, index: Int, peer: String?, ports: String?) {
        self.policy = policy
        self.index = index
        self.peer = peer
        self.ports = ports
    }

    /// Of those that miss as little, the one with the right peer: its ports are what a person forgets.
    fileprivate var distance: (Int, Int) { ((peer == nil ? 0 : 1) + (ports == nil ? 0 : 1), peer == nil ? 0 : 1) }
}
