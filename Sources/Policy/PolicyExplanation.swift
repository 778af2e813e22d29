package import FlowModel

/// Why a packet passes or not, in one direction.
package struct PolicyExplanation: Sendable {
    package let decision: PolicyEvaluator.Decision
    /// Policies that are about the endpoint and the direction; what none of them allows is dropped, unless none of them
    /// says so.
    package let selecting: [NetworkPolicy]
    /// Of a packet that no rule allows: the rule that comes nearest to it; nil if there is none that allows anything.
    package let nearest: NearMiss?
}

/// A rule that would have let a packet through, but for these parts.
package struct NearMiss: Hashable, Sendable {
    package let rule: RuleReference
    /// The peer is another one: what the rule wants of it.
    package let peer: String?
    /// Protocol or port is another one: what the rule takes.
    package let ports: String?

    fileprivate var count: Int { (peer == nil ? 0 : 1) + (ports == nil ? 0 : 1) }
}

extension PolicyEvaluator {
    /// As `decide`, with the reason.
    package func explain(
        _ subject: PolicySubject, _ direction: TrafficDirection, peer: PolicyPeer, address: IPAddress,
        ipProtocol: IPProtocol, port: UInt16
    ) -> PolicyExplanation {
        let decision = decide(
            subject, direction, peer: peer, address: address, ipProtocol: ipProtocol, port: port)
        let labels = LabelSet(subject.labels)
        let selecting = policies.policies.filter { policy in
            policy.specs.contains { $0.subjects.matches(labels) && !$0.rules(of: direction).rules.isEmpty }
        }
        guard decision == .deniedByDefault else {
            return PolicyExplanation(decision: decision, selecting: selecting, nearest: nil)
        }
        let rules = selecting.flatMap(\.specs).filter { $0.subjects.matches(labels) }
            .flatMap { $0.rules(of: direction).rules }
        let namedPorts = direction == .egress ? peer.namedPorts : subject.namedPorts
        let peerLabels = LabelSet(peer.labels)
        let misses = rules.filter { !$0.isDeny && $0.peers != .nobody }.map { rule in
            NearMiss(
                rule: rule.reference,
                peer: rule.peers.matches(peerLabels, prefix: .host(address)) ? nil : rule.peers.text(for: peerLabels),
                ports: rule.traffic.matches(ipProtocol, port, namedPorts: namedPorts) ? nil : rule.traffic.text)
        }
        // Of those that miss as little, the one with the right peer: its ports are what a person forgets.
        let nearest = misses.min { ($0.count, $0.peer == nil ? 0 : 1) < ($1.count, $1.peer == nil ? 0 : 1) }
        return PolicyExplanation(decision: decision, selecting: selecting, nearest: nearest)
    }
}

// MARK: In words

extension PeerSelection {
    /// Whom it means. Of several selectors, the one of which the labels lack least, with what they lack.
    fileprivate func text(for labels: LabelSet) -> String {
        let unmet = selectors.map { selector in selector.requirements.filter { !$0.isMet(by: labels) } }
        let closest = unmet.min { $0.count < $1.count }
        let parts =
            (closest.map { [$0.map(\.text).joined(separator: ", ")] } ?? [])
            + (prefixes.isEmpty
                ? [] : ["an address outside the cluster in " + prefixes.map(\.text).joined(separator: ", ")])
        return parts.isEmpty ? "nobody" : parts.joined(separator: ", or ")
    }
}

extension PrefixPeers {
    fileprivate var text: String {
        let outside = exceptions.filter { $0.address.isV4 == prefix.address.isV4 }
        return "\(prefix)" + (outside.isEmpty ? "" : " but not " + outside.map(\.description).joined(separator: ", "))
    }
}

extension LabelRequirement {
    /// `k8s:app=web`, `app in (a, b)`, `app not in (a)`, `app`, `no app`
    fileprivate var text: String {
        let name = (source.map { "\($0):" } ?? "") + key
        return switch condition {
        case .oneOf(let values) where values.count == 1: values[0].isEmpty ? name : "\(name)=\(values[0])"
        case .oneOf(let values): "\(name) in (\(values.joined(separator: ", ")))"
        case .noneOf(let values): "\(name) not in (\(values.joined(separator: ", ")))"
        case .exists: name
        case .doesNotExist: "no \(name)"
        }
    }
}

extension TrafficSelection {
    /// `TCP 80, 443, UDP 53`
    fileprivate var text: String {
        guard case .only(let matches) = self else { return "everything" }
        guard !matches.isEmpty else { return "nothing" }
        var protocols: [IPProtocol] = []
        for match in matches where !protocols.contains(match.ipProtocol) { protocols.append(match.ipProtocol) }
        return protocols.map { ipProtocol in
            let ports = matches.filter { $0.ipProtocol == ipProtocol }.map(\.portText)
            return "\(ipProtocol.layer4Name ?? "protocol \(ipProtocol.rawValue)") \(ports.joined(separator: ", "))"
        }.joined(separator: ", ")
    }
}

extension PortMatch {
    fileprivate var portText: String {
        switch ports {
        case .all: "at any port"
        case .range(let range) where range.count == 1: "\(range.lowerBound)"
        case .range(let range): "\(range.lowerBound)-\(range.upperBound)"
        case .named(let name): "\"\(name)\""
        }
    }
}
