import FlowCatalog
import FlowModel

/// A rule with its number in flows, and whom it means.
struct NumberedRule: Sendable {
    let rule: PolicyRule
    /// Index in `FlowCatalog.rules`.
    let number: UInt32
    /// Nil: everyone.
    let selection: PeerTable.SelectionID?
}

struct NumberedSpec: Sendable {
    struct Rules: Sendable {
        var rules: [NumberedRule]
        var isDefaultDeny: Bool
    }

    let policy: PolicyName
    let subjects: LabelSelector
    let ingress: Rules
    let egress: Rules

    func rules(of direction: TrafficDirection) -> Rules { direction == .egress ? egress : ingress }
}

/// All policies' rules, numbered once.
struct NumberedPolicies: Sendable {
    private var policies: [NetworkPolicy] = []
    private var specsByPolicy: [NetworkPolicy: [NumberedSpec]] = [:]
    /// In the order of the policies.
    private(set) var specs: [NumberedSpec] = []

    /// - Returns: whom policies are about that came, changed or went.
    mutating func follow(
        _ newest: PolicySet, _ catalog: FlowCatalog, _ peers: inout PeerTable
    ) -> [LabelSelector] {
        guard policies != newest.policies else { return [] }
        var known: [NetworkPolicy: [NumberedSpec]] = [:]
        var changed: [NumberedSpec] = []
        for policy in newest.policies {
            if let numbered = specsByPolicy[policy] {
                known[policy] = numbered
            } else {
                let numbered = Self.numbered(policy, catalog, &peers)
                known[policy] = numbered
                changed += numbered
            }
        }
        for (policy, specs) in specsByPolicy where known[policy] == nil { changed += specs }
        policies = newest.policies
        specsByPolicy = known
        specs = policies.flatMap { known[$0] ?? [] }
        let rules = specs.flatMap { $0.ingress.rules + $0.egress.rules }
        peers.keepSelections(Set(rules.compactMap(\.selection)))
        return changed.map(\.subjects)
    }

    private static func numbered(
        _ policy: NetworkPolicy, _ catalog: FlowCatalog, _ peers: inout PeerTable
    ) -> [NumberedSpec] {
        var specs: [NumberedSpec] = []
        for spec in policy.specs {
            func numbered(_ rules: DirectionRules) -> NumberedSpec.Rules {
                NumberedSpec.Rules(
                    rules: rules.rules.map { rule in
                        NumberedRule(
                            rule: rule, number: catalog.rules.intern(rule.reference),
                            selection: rule.peers.isEveryone ? nil : peers.id(of: rule.peers))
                    }, isDefaultDeny: rules.isDefaultDeny)
            }
            specs.append(
                NumberedSpec(
                    policy: policy.identifier, subjects: spec.subjects, ingress: numbered(spec.ingress),
                    egress: numbered(spec.egress)))
        }
        return specs
    }
}
