import FlowModel

// Which rule decided: Apus' own account of it, with the labels that only Hubble's lists have.
extension FlowJSONDecoder {
    mutating func readPolicyList(
        _ key: FlowKey, _ message: inout FlowMessage, _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        let range = try range(line, &scanner)
        guard range.contains(where: { line[$0] == UInt8(ascii: "{") }) else { return }
        message.rule.lists.append(
            .init(
                range: range,
                direction: key == .egressAllowedBy || key == .egressDeniedBy ? .egress : .ingress,
                denies: key == .egressDeniedBy || key == .ingressDeniedBy))
    }

    /// An index of the catalog's rules; 0: none is told.
    mutating func rule(
        _ message: FlowMessage, _ direction: TrafficDirection, _ line: Span<UInt8>
    ) throws(JSONFailure) -> UInt32 {
        let told = message.rule
        let list = told.lists.first
        var key: [UInt8] = [direction.rawValue, list.map { $0.direction.rawValue << 1 | ($0.denies ? 1 : 0) } ?? 0]
        for range in [told.rule, told.selectedBy, told.nearest, list?.range] {
            key.append(0)
            if let range { key += line.array(range) }
        }
        let directions = enumerations.directions
        return try endpoints.rule(key.span) { () throws(JSONFailure) in
            try Self.reference(told, direction, line, directions)
        }
    }

    private static func reference(
        _ told: RuleMessage, _ direction: TrafficDirection, _ line: Span<UInt8>, _ directions: NameTable
    ) throws(JSONFailure) -> RuleReference? {
        if let cause = try cause(told, line) { return RuleReference(cause, direction) }
        let list = told.lists.first
        let policy = try list.map { list throws(JSONFailure) in try policies(line, list.range)[0] }
        var rule: RuleReference
        if let range = told.rule {
            var scanner = JSONScanner(at: range.lowerBound)
            let named = try NamedObject(line, &scanner, directions: directions)
            rule = RuleReference(
                kind: named.kind, name: named.name, namespace: named.namespace,
                direction: TrafficDirection(rawValue: UInt8(clamping: named.direction)), isDeny: named.isDeny,
                index: Int(clamping: named.index), labels: policy?.labels ?? [])
        } else {
            guard let list, let policy else { return nil }
            rule = RuleReference(
                kind: policy.kind, name: policy.name, namespace: policy.namespace, direction: list.direction,
                isDeny: list.denies, index: 0, labels: policy.labels)
        }
        rule.revision = policy?.revision ?? 0
        return rule
    }

    /// What a default deny comes from, as far as it is told.
    private static func cause(_ told: RuleMessage, _ line: Span<UInt8>) throws(JSONFailure) -> DefaultDeny? {
        guard let range = told.selectedBy else { return nil }
        let policies = try policies(line, range).map(\.policyName)
        guard !policies.isEmpty else { return nil }
        let nearest = try told.nearest.map { range throws(JSONFailure) in
            var scanner = JSONScanner(at: range.lowerBound)
            let rule = try NamedObject(line, &scanner)
            return NearestRule(
                policy: rule.policyName, index: Int(clamping: rule.index), peer: rule.wantedPeer,
                ports: rule.wantedPorts)
        }
        return DefaultDeny(policies: policies, told: nearest)
    }

    static func policies(_ line: Span<UInt8>, _ range: Range<Int>) throws(JSONFailure) -> [NamedObject] {
        var scanner = JSONScanner(at: range.lowerBound)
        return try scanner.list(line) { scanner throws(JSONFailure) in try NamedObject(line, &scanner) }
    }
}
