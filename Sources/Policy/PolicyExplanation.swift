package import FlowModel

/// Why a packet passes or not, in one direction.
package struct PolicyExplanation: Sendable {
    package let decision: PolicyEvaluator.Decision
    /// Policies that are about the endpoint and the direction; what none of them allows is dropped, unless none of them
    /// says so.
    package let selecting: [NetworkPolicy]
    /// Of a packet that no rule allows: the rule that comes nearest to it; nil if there is none that allows anything.
    package let nearest: NearestRule?
}

extension PolicyEvaluator {
    /// As `decide`, with the reason.
    package func explain(
        _ subject: PolicySubject, _ direction: TrafficDirection, peer: PolicyPeer, address: IPAddress,
        ipProtocol: IPProtocol, port: UInt16
    ) -> PolicyExplanation {
        let decision = decide(
            subject, direction, peer: peer, address: address, ipProtocol: ipProtocol, port: port)
        let selection = SelectedPolicies(policies, LabelSet(subject.labels), direction)
        var nearest: NearestRule?
        if decision == .deniedByDefault {
            nearest = selection.defaultDeny.nearest(
                peer: LabelSet(peer.labels), address: address, ipProtocol: ipProtocol, port: port,
                namedPorts: direction == .egress ? peer.namedPorts : subject.namedPorts)
        }
        return PolicyExplanation(decision: decision, selecting: selection.policies, nearest: nearest)
    }
}

/// The policies that are about endpoints with the same labels, in one direction.
struct SelectedPolicies {
    let policies: [NetworkPolicy]
    private let labels: LabelSet
    private let direction: TrafficDirection

    init(_ set: PolicySet, _ labels: LabelSet, _ direction: TrafficDirection) {
        policies = set.policies.filter { policy in
            policy.specs.contains { $0.subjects.matches(labels) && !$0.rules(of: direction).rules.isEmpty }
        }
        self.labels = labels
        self.direction = direction
    }

    /// What a packet is told that none of them lets through.
    var defaultDeny: DefaultDeny {
        DefaultDeny(
            policies.map { policy in
                let specs = policy.specs.filter { $0.subjects.matches(labels) }
                return (policy.identifier, specs.flatMap { $0.rules(of: direction).rules })
            })
    }
}

extension DefaultDeny {
    /// - Parameter rules: of each policy that is about the endpoint and the direction, all.
    init(_ rules: [(policy: PolicyName, rules: [PolicyRule])]) {
        var policies: [PolicyName] = []
        var allowances: [Allowance] = []
        for (policy, rules) in rules {
            if policies.last != policy { policies.append(policy) }
            for rule in rules where !rule.isDeny && rule.peers != .nobody {
                allowances.append(
                    Allowance(
                        policy: policies.count - 1, index: rule.reference.index, peers: rule.peers,
                        traffic: rule.traffic))
            }
        }
        self.init(policies: policies, allowances: allowances)
    }
}

extension NetworkPolicy {
    package var identifier: PolicyName { PolicyName(kind: kind, namespace: namespace, name: name) }
}
