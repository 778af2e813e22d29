package import FlowCatalog
package import FlowModel

/// Policies → the kernel's policy map.
///
/// The kernel looks a packet up twice, by the peer's identity and by identity 0 (anyone), takes the longest prefix of
/// each, and lets a deny win. So a deny and an allow of different identities need no care here; of the same identity an
/// allow that a deny covers is left out, as its longer prefix would hide the deny.
package struct PolicyCompiler {
    private let catalog: FlowCatalog
    private let peers: PeerIndex

    package init(catalog: FlowCatalog, peers: [PolicyPeer]) {
        self.catalog = catalog
        self.peers = PeerIndex(peers)
    }

    /// The whole policy of each subject, in the order of the subjects; those that no policy selects have mode `.none`.
    package func compile(
        _ policies: PolicySet, subjects: [PolicySubject], settings: EnforcementSettings = EnforcementSettings()
    ) -> [EndpointPolicy] {
        let compiled = policies.policies.flatMap(\.specs)
        var selections = SelectionCache(peers: peers)
        return subjects.map { subject in
            let mode = settings.mode(of: subject.endpoint)
            guard mode != .none else {
                return EndpointPolicy(endpoint: subject.endpoint, ingress: .none, egress: .none, entries: [])
            }
            let labels = LabelSet(subject.labels)
            let specs = compiled.filter { $0.subjects.matches(labels) }
            let ingress = entries(.ingress, of: specs, subject, &selections)
            let egress = entries(.egress, of: specs, subject, &selections)
            return EndpointPolicy(
                endpoint: subject.endpoint, ingress: ingress == nil ? .none : mode,
                egress: egress == nil ? .none : mode, entries: (ingress ?? []) + (egress ?? []))
        }
    }

    /// Nil if no rule is about the direction.
    private func entries(
        _ direction: TrafficDirection, of specs: [PolicySpec], _ subject: PolicySubject,
        _ selections: inout SelectionCache
    ) -> [PolicyMapEntry]? {
        let selected = specs.map { $0.rules(of: direction) }.filter { !$0.rules.isEmpty }
        guard !selected.isEmpty else { return nil }
        var table = EntryTable(endpoint: subject.endpoint, direction: direction)
        for rule in selected.flatMap(\.rules) {
            let expansion = RuleExpansion(
                rule: rule, direction: direction, subject: subject, number: catalog.rules.intern(rule.reference))
            expansion.add(to: &table, selections.peers(of: rule.peers), everyone: peers)
        }
        addBuiltIn(direction, isDefaultDeny: selected.contains(where: \.isDefaultDeny), to: &table)
        return table.entries
    }

    /// The node may always reach its pods; what is not default-deny lets everyone else pass.
    private func addBuiltIn(_ direction: TrafficDirection, isDefaultDeny: Bool, to table: inout EntryTable) {
        let identity: Identity
        switch (isDefaultDeny, direction) {
        case (false, _): identity = .unknown
        case (true, .ingress): identity = .host
        default: return
        }
        let rule = catalog.rules.intern(BuiltInRule.reference(direction, isDefaultDeny: isDefaultDeny))
        table.add(identity, .everything, rule: rule, isDeny: false)
    }
}

/// Rules that no policy names; their labels are Cilium's.
enum BuiltInRule {
    static func reference(_ direction: TrafficDirection, isDefaultDeny: Bool) -> RuleReference {
        let name =
            isDefaultDeny ? "allow-localhost-ingress" : direction == .egress ? "allow-any-egress" : "allow-any-ingress"
        return RuleReference(
            kind: "", name: "", namespace: "", direction: direction, isDeny: false, index: 0,
            labels: ["reserved:io.cilium.policy.derived-from=\(name)"])
    }
}
