package import FlowModel

/// What the rules say of one packet, read straight from them: the yardstick for compiled entries, and the
/// explanation of a verdict.
package struct PolicyEvaluator {
    let policies: PolicySet

    package init(_ policies: PolicySet) { self.policies = policies }

    package enum Decision: Hashable, Sendable {
        /// No rule is about the direction.
        case notEnforced
        /// Every rule that allows it; empty if only default-allow or the node's privilege lets it pass.
        case allowed([RuleReference])
        /// Every rule that denies it.
        case denied([RuleReference])
        case deniedByDefault

        package var passes: Bool {
            switch self {
            case .notEnforced, .allowed: true
            case .denied, .deniedByDefault: false
            }
        }
    }

    /// - Parameters:
    ///   - address: the peer's, for CIDR rules; they mean peers outside the cluster only.
    ///   - port: destination port or ICMP type.
    package func decide(
        _ subject: PolicySubject, _ direction: TrafficDirection, peer: PolicyPeer, address: IPAddress,
        ipProtocol: IPProtocol, port: UInt16
    ) -> Decision {
        let labels = LabelSet(subject.labels)
        let selected = policies.policies.flatMap(\.specs).filter { $0.subjects.matches(labels) }
            .map { $0.rules(of: direction) }.filter { !$0.rules.isEmpty }
        guard !selected.isEmpty else { return .notEnforced }
        let peerLabels = LabelSet(peer.labels)
        let namedPorts = direction == .egress ? peer.namedPorts : subject.namedPorts
        let matching = selected.flatMap(\.rules).filter { rule in
            rule.peers.matches(peerLabels, prefix: .host(address))
                && rule.traffic.matches(ipProtocol, port, namedPorts: namedPorts)
        }
        let denying = matching.filter(\.isDeny).map(\.reference)
        if !denying.isEmpty { return .denied(denying) }
        let allowing = matching.map(\.reference)
        let isPrivileged = direction == .ingress && peer.identity == .host
        let isDefaultDeny = selected.contains(where: \.isDefaultDeny)
        return allowing.isEmpty && isDefaultDeny && !isPrivileged ? .deniedByDefault : .allowed(allowing)
    }
}
