import FlowModel
package import Manifests

/// A policy as it is understood, whichever kind of object it was written as.
package struct NetworkPolicy: Hashable, Sendable {
    /// `CiliumNetworkPolicy`, `CiliumClusterwideNetworkPolicy` or `NetworkPolicy`.
    package let kind: String
    package let name: String
    /// Empty if the policy is of the whole cluster.
    package let namespace: String
    package let file: String
    package let line: Int
    package private(set) var specs: [PolicySpec]
    /// Of the set in which it came or changed last: see `PolicySet.revision`.
    package private(set) var revision: UInt64 = 0
    /// What of it is understood and has no effect, or not all of it.
    package let remarks: [ManifestProblem]
}

extension NetworkPolicy {
    init(
        kind: String, name: String, namespace: String, file: String, line: Int, specs: [PolicySpec],
        remarks: [ManifestProblem]
    ) {
        (self.kind, self.name, self.namespace, self.file, self.line) = (kind, name, namespace, file, line)
        (self.specs, self.remarks) = (specs, remarks)
    }

    /// The same rules, in a set of that revision.
    func revised(_ revision: UInt64) -> NetworkPolicy {
        var policy = self
        policy.revision = revision
        for index in policy.specs.indices { policy.specs[index].setRevision(revision) }
        return policy
    }
}

/// Rules for the endpoints that one selector chooses.
package struct PolicySpec: Hashable, Sendable {
    var subjects: LabelSelector
    var ingress: DirectionRules
    var egress: DirectionRules

    func rules(of direction: TrafficDirection) -> DirectionRules { direction == .egress ? egress : ingress }

    fileprivate mutating func setRevision(_ revision: UInt64) {
        for index in ingress.rules.indices { ingress.rules[index].reference.revision = revision }
        for index in egress.rules.indices { egress.rules[index].reference.revision = revision }
    }
}

struct DirectionRules: Hashable, Sendable {
    var rules: [PolicyRule] = []
    /// What no rule allows is dropped. Counts only if there are rules.
    var isDefaultDeny = true
}

/// One entry of a policy's list: peers and traffic that it allows or denies.
struct PolicyRule: Hashable, Sendable {
    var peers: PeerSelection
    var traffic: TrafficSelection
    var reference: RuleReference

    var isDeny: Bool { reference.isDeny }
}
