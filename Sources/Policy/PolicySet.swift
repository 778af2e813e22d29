package import FlowModel
package import Manifests

/// All policies of a set of manifests, and why others were refused.
package struct PolicySet: Sendable {
    /// By kind, namespace and name.
    package let policies: [NetworkPolicy]
    package let problems: [ManifestProblem]
    /// Counts the sets that differ, from 1.
    package let revision: UInt64

    /// - Parameters:
    ///   - manifests: policies, and the Services that they name.
    ///   - addressNames: names of addresses outside of the cluster, for `toFQDNs`.
    ///   - last: the set in force. A policy that is refused now stays as it was there.
    package init(
        _ manifests: ManifestSet, clusterName: String = "default", addressNames: [IPAddress: [String]] = [:],
        last: PolicySet? = nil
    ) {
        let context = PolicyContext(manifests, clusterName: clusterName, addressNames: addressNames)
        var policies: [PolicyKey: NetworkPolicy] = [:]
        var problems: [ManifestProblem] = []
        for document in manifests.documents {
            do throws(FieldProblem) {
                guard let policy = try NetworkPolicy(document, context) else { continue }
                if let first = policies[PolicyKey(policy)] {
                    throw document.node.problem("is given a second time; the one at \(first.file):\(first.line) counts")
                }
                policies[PolicyKey(policy)] = policy
            } catch {
                problems.append(document.problem(error))
                let lastOne = last?.policies.first { PolicyKey($0) == PolicyKey(document) }
                if let lastOne, policies[PolicyKey(lastOne)] == nil { policies[PolicyKey(lastOne)] = lastOne }
            }
        }
        let before = Dictionary(uniqueKeysWithValues: (last?.policies ?? []).map { (PolicyKey($0), $0) })
        let next = (last?.revision ?? 0) + 1
        let revised = policies.values.map { policy in
            guard let known = before[PolicyKey(policy)], known.revised(policy.revision).specs == policy.specs else {
                return policy.revised(next)
            }
            return policy.revised(known.revision)
        }
        self.policies = revised.sorted { PolicyKey($0) < PolicyKey($1) }
        let isChanged = self.policies.count != before.count || self.policies.contains { $0.revision == next }
        revision = isChanged ? next : next - 1
        self.problems = problems
    }

    /// What of the policies is understood and has no effect, or not all of it.
    package var remarks: [ManifestProblem] { policies.flatMap(\.remarks) }

    /// The address prefixes that need identities, so that the policies can be told apart by identity.
    package var prefixes: [IPPrefix] {
        let rules = policies.flatMap(\.specs).flatMap { $0.ingress.rules + $0.egress.rules }
        return Set(rules.flatMap(\.peers.prefixes).flatMap(\.boundaries))
            .sorted { ($0.address, $0.bits) < ($1.address, $1.bits) }
    }
}

private struct PolicyKey: Hashable, Comparable {
    let kind: String
    let namespace: String
    let name: String

    init(_ policy: NetworkPolicy) {
        (kind, namespace, name) = (policy.kind, policy.namespace, policy.name)
    }

    init(_ document: ManifestDocument) {
        let isClusterwide = document.kind == NetworkPolicy.clusterwideKind
        (kind, name) = (document.kind, document.name)
        namespace = isClusterwide ? "" : document.namespace ?? "default"
    }

    static func < (left: PolicyKey, right: PolicyKey) -> Bool {
        (left.kind, left.namespace, left.name) < (right.kind, right.namespace, right.name)
    }
}
