import FlowModel

// What the catalog names, as messages without their own tag and length.
extension [UInt8] {
    /// `flow.Endpoint` but for the identity, which is a flow's to tell.
    mutating func append(messageOf endpoint: Endpoint, _ mask: EndpointFieldMask) {
        if mask.contains(.id) { append(1, nonZero: UInt64(endpoint.id)) }
        if mask.contains(.clusterName) { append(7, nonEmpty: endpoint.clusterName) }
        if mask.contains(.namespace) { append(3, nonEmpty: endpoint.namespace) }
        if mask.contains(.labels) { for label in endpoint.labels { append(4, bytes: label.utf8) } }
        if mask.contains(.podName) { append(5, nonEmpty: endpoint.podName) }
        guard mask.contains(.workloads) else { return }
        for workload in endpoint.workloads {
            append(6) { message in
                message.append(1, nonEmpty: workload.name)
                message.append(2, nonEmpty: workload.kind)
            }
        }
    }

    /// `flow.Service`.
    mutating func append(messageOf service: ServiceReference) {
        append(1, nonEmpty: service.name)
        append(2, nonEmpty: service.namespace)
    }

    /// `flow.Policy`.
    mutating func append(policyOf rule: RuleReference) {
        guard rule.isRule else { return }
        append(1, nonEmpty: rule.name)
        append(2, nonEmpty: rule.namespace)
        for label in rule.labels { append(3, bytes: label.utf8) }
        append(4, nonZero: rule.revision)
        append(5, nonEmpty: rule.kind)
    }

    /// The fields of `flow.Apus` that tell the rule: `rule`, or of a default deny `default_deny` and `selected_by`.
    mutating func append(decisionOf rule: RuleReference) {
        guard let cause = rule.defaultDeny else { return append(4) { $0.append(messageOf: rule) } }
        append(5, nonZero: 1)
        for policy in cause.policies { append(11) { $0.append(messageOf: policy) } }
    }

    /// `flow.Apus.Policy`.
    private mutating func append(messageOf policy: PolicyName) {
        append(1, nonEmpty: policy.kind)
        append(2, nonEmpty: policy.name)
        append(3, nonEmpty: policy.namespace)
    }

    /// The field `nearest_rule` of `flow.Apus`.
    mutating func append(nearestRuleOf rule: NearestRule) {
        append(12) { message in
            message.append(messageOf: rule.policy)
            message.append(4, nonZero: UInt64(rule.index))
            message.append(5, nonEmpty: rule.peer ?? "")
            message.append(6, nonEmpty: rule.ports ?? "")
        }
    }

    /// `flow.Apus.Rule`.
    mutating func append(messageOf rule: RuleReference) {
        append(1, nonEmpty: rule.kind)
        append(2, nonEmpty: rule.name)
        append(3, nonEmpty: rule.namespace)
        append(4, nonZero: UInt64(rule.direction.rawValue))
        append(5, nonZero: rule.isDeny ? 1 : 0)
        append(6, nonZero: UInt64(rule.index))
    }
}
