package import FlowCatalog
package import FlowModel

/// Policies → the kernel's policy map.
///
/// The kernel looks a packet up twice, by the peer's identity and by identity 0 (anyone), takes the longest prefix of
/// each, and lets a deny win. So a deny and an allow of different identities need no care here; of the same identity an
/// allow that a deny covers is left out, as its longer prefix would hide the deny.
///
/// It remembers whom rules mean and what endpoints are held to: a change costs what it touches. Endpoints with the same
/// labels and named ports share one policy.
package struct PolicyCompiler: Sendable {
    private struct Kind: Hashable {
        let labels: [String]
        let namedPorts: [NamedPort]
        let mode: EnforcementMode
    }

    private let catalog: FlowCatalog
    private var numbered = NumberedPolicies()
    private var peers = PeerTable()
    /// By what endpoints have in common; nil if no policy is about them.
    private var policies: [Kind: CompiledKind?] = [:]
    private var lastNumber: UInt32 = 0

    package init(catalog: FlowCatalog) { self.catalog = catalog }

    /// How many policies were put together since the compiler was made; the rest was known.
    package private(set) var compiledCount = 0

    /// The policy of each subject that policies are about, in the order of the subjects.
    ///
    /// A policy whose content is as it was keeps its number. A peer that is gone is known until the next update: packets of
    /// it may still be on their way.
    ///
    /// - Parameter newPeers: all, each identity once.
    package mutating func update(
        _ newPolicies: PolicySet, peers newPeers: [PolicyPeer], subjects: [PolicySubject],
        settings: EnforcementSettings = EnforcementSettings()
    ) -> [EndpointPolicy] {
        let changedSelectors = numbered.follow(newPolicies, catalog, &peers)
        let changed = peers.follow(newPeers)
        var current: [Kind: CompiledKind?] = [:]
        current.reserveCapacity(policies.count)
        var endpoints: [EndpointPolicy] = []
        for subject in subjects {
            let mode = settings.mode(of: subject.endpoint)
            guard mode != .none else { continue }
            let kind = Kind(labels: subject.labels, namedPorts: subject.namedPorts, mode: mode)
            let compiled = current[kind] ?? renewed(kind, policies[kind], changedSelectors, changed)
            current[kind] = .some(compiled)
            if let compiled { endpoints.append(EndpointPolicy(endpoint: subject.endpoint, policy: compiled.policy)) }
        }
        policies = current
        return endpoints
    }

    /// What is known of the kind, put together again if something of it has changed.
    private mutating func renewed(
        _ kind: Kind, _ known: CompiledKind??, _ changedSelectors: [LabelSelector], _ changed: PeerTable.Change
    ) -> CompiledKind? {
        let labels = LabelSet(kind.labels)
        if let known, !changedSelectors.contains(where: { $0.matches(labels) }),
            !(known?.depends(on: changed) ?? false)
        {
            return known
        }
        guard let fresh = compiled(kind, labels) else { return nil }
        compiledCount += 1
        if let before = known ?? nil, before.policy.hasContent(of: fresh.policy) {
            return CompiledKind(policy: before.policy, selections: fresh.selections, asksAllPeers: fresh.asksAllPeers)
        }
        lastNumber += 1
        var result = fresh
        result.policy.number = lastNumber
        return result
    }

    private func compiled(_ kind: Kind, _ labels: LabelSet) -> CompiledKind? {
        let specs = numbered.specs.filter { $0.subjects.matches(labels) }
        var result = CompiledKind(
            policy: CompiledPolicy(number: 0, ingress: .none, egress: .none, entries: []), selections: [],
            asksAllPeers: false)
        for direction in [TrafficDirection.ingress, .egress] {
            let selected = specs.map { ($0, $0.rules(of: direction)) }.filter { !$0.1.rules.isEmpty }
            guard !selected.isEmpty else { continue }
            let isDefaultDeny = selected.contains { $0.1.isDefaultDeny }
            var table = EntryTable(direction)
            for rule in selected.flatMap(\.1.rules) {
                let expansion = RuleExpansion(
                    rule: rule.rule, direction: direction, namedPorts: kind.namedPorts, number: rule.number)
                expansion.add(to: &table, rule.selection.map { peers.members(of: $0) }, everyone: peers)
                if let selection = rule.selection { result.selections.insert(selection) }
                result.asksAllPeers = result.asksAllPeers || expansion.asksAllPeers
            }
            addBuiltIn(direction, isDefaultDeny: isDefaultDeny, to: &table)
            result.policy.entries += table.entries
            let cause = isDefaultDeny ? defaultDeny(selected.map(\.0), direction, kind.namedPorts) : 0
            if direction == .ingress {
                (result.policy.ingress, result.policy.ingressDefault) = (kind.mode, cause)
            } else {
                (result.policy.egress, result.policy.egressDefault) = (kind.mode, cause)
            }
        }
        return result.policy.ingress == .none && result.policy.egress == .none ? nil : result
    }

    /// Index in `FlowCatalog.rules` of what a packet is told that no rule lets through.
    private func defaultDeny(
        _ specs: [NumberedSpec], _ direction: TrafficDirection, _ namedPorts: [NamedPort]
    ) -> UInt32 {
        var cause = DefaultDeny(specs.map { ($0.policy, $0.rules(of: direction).rules.map(\.rule)) })
        if direction == .ingress {
            for index in cause.allowances.indices {
                cause.allowances[index].traffic = cause.allowances[index].traffic.resolving(namedPorts)
            }
        }
        return catalog.rules.intern(RuleReference(cause, direction))
    }

    /// The node may always reach its pods; what is not default-deny lets everyone else pass. Where a rule of a policy is
    /// about everyone and everything, it is that rule that flows name.
    private func addBuiltIn(_ direction: TrafficDirection, isDefaultDeny: Bool, to table: inout EntryTable) {
        if table.decides(.unknown, .everything) { return }
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

/// The policy of endpoints that are alike, and what it was made of.
private struct CompiledKind: Sendable {
    var policy: CompiledPolicy
    /// Whom its rules mean.
    var selections: Set<PeerTable.SelectionID>
    /// A rule goes by a name of ports that each peer gives its own meaning.
    var asksAllPeers: Bool

    func depends(on change: PeerTable.Change) -> Bool {
        asksAllPeers && change.isAny || !selections.isDisjoint(with: change.selections)
    }
}

extension CompiledPolicy {
    /// All but the number is the same.
    fileprivate func hasContent(of other: CompiledPolicy) -> Bool {
        var other = other
        other.number = number
        return self == other
    }
}

extension TrafficSelection {
    /// With numbers for the names of ports that are known.
    fileprivate func resolving(_ namedPorts: [NamedPort]) -> TrafficSelection {
        guard case .only(let matches) = self else { return self }
        return .only(
            matches.flatMap { match -> [PortMatch] in
                guard case .named = match.ports else { return [match] }
                let ranges = match.ranges(namedPorts: namedPorts)
                return ranges.isEmpty
                    ? [match] : ranges.map { PortMatch(ipProtocol: match.ipProtocol, ports: .range($0)) }
            })
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
