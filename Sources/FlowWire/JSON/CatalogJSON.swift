import FlowModel

// What the catalog knows, as JSON.
extension [UInt8] {
    /// An endpoint's beginning, up to the identity, which is the flow's to tell.
    mutating func append(headOf endpoint: Endpoint, _ mask: EndpointFieldMask) {
        append(UInt8(ascii: "{"))
        if mask.contains(.id) { append(member: "ID", nonZero: UInt64(endpoint.id)) }
    }

    /// Its members after the identity.
    mutating func append(tailOf endpoint: Endpoint, _ mask: EndpointFieldMask) {
        if mask.contains(.clusterName) { append(member: "cluster_name", nonEmpty: endpoint.clusterName) }
        if mask.contains(.namespace) { append(member: "namespace", nonEmpty: endpoint.namespace) }
        if mask.contains(.labels) { append(member: "labels", nonEmpty: endpoint.labels) }
        if mask.contains(.podName) { append(member: "pod_name", nonEmpty: endpoint.podName) }
        if mask.contains(.workloads) { append(workloads: endpoint.workloads) }
    }

    mutating func append(_ service: ServiceReference) {
        append(UInt8(ascii: "{"))
        append(member: "name", nonEmpty: service.name)
        append(member: "namespace", nonEmpty: service.namespace)
        closeObject()
        append(UInt8(ascii: ","))
    }

    /// `flow.Policy`.
    mutating func append(policy rule: RuleReference) {
        append(UInt8(ascii: "{"))
        append(member: "name", nonEmpty: rule.name)
        append(member: "namespace", nonEmpty: rule.namespace)
        append(member: "labels", nonEmpty: rule.labels)
        if rule.revision != 0 { append(member: "revision", literal: "\"\(rule.revision)\"") }
        append(member: "kind", nonEmpty: rule.kind)
        closeObject()
    }

    /// The member `rule` of `apus`, or for a default deny `default_deny` and `selected_by`.
    mutating func append(rule: RuleReference) {
        if let cause = rule.defaultDeny {
            append(member: "default_deny", literal: "true")
            return append(member: "selected_by", array: cause.policies) { json, policy in
                json.append(text: "{")
                json.append(policy)
                json.closeObject()
            }
        }
        append(text: "\"rule\":{")
        append(member: "kind", nonEmpty: rule.kind)
        append(member: "name", nonEmpty: rule.name)
        append(member: "namespace", nonEmpty: rule.namespace)
        append(member: "direction", nonEmpty: rule.direction == .unknown ? "" : rule.direction.name)
        if rule.isDeny { append(member: "deny", literal: "true") }
        append(member: "index", nonZero: UInt64(rule.index))
        closeObject()
        append(UInt8(ascii: ","))
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ policy: PolicyName) {
        append(member: "kind", nonEmpty: policy.kind)
        append(member: "name", nonEmpty: policy.name)
        append(member: "namespace", nonEmpty: policy.namespace)
    }

    /// The member `nearest_rule` of `apus`.
    mutating func append(nearest rule: NearestRule) {
        append(text: "\"nearest_rule\":{")
        append(rule.policy)
        append(member: "index", nonZero: UInt64(rule.index))
        append(member: "wanted_peer", nonEmpty: rule.peer ?? "")
        append(member: "wanted_ports", nonEmpty: rule.ports ?? "")
        closeObject()
        append(UInt8(ascii: ","))
    }
}

/// The list that names the rule that decided: its number is the rule's, its outcome and its direction together.
struct PolicyList {
    let rule: UInt32
    let isAllowed: Bool
    /// `.unknown`: the rule's own.
    let direction: TrafficDirection

    init(rule: UInt32, isAllowed: Bool, direction: TrafficDirection) {
        (self.rule, self.isAllowed, self.direction) = (rule, isAllowed, direction)
    }

    init(number: UInt32) {
        rule = number >> 3
        isAllowed = number & 4 != 0
        direction = TrafficDirection(rawValue: UInt8(number & 3))
    }

    var number: UInt32 { rule << 3 | (isAllowed ? 4 : 0) | UInt32(min(direction.rawValue, 3)) }

    func append(_ reference: RuleReference, _ mask: FlowFieldMask, to json: inout [UInt8]) {
        let isEgress = (direction == .unknown ? reference.direction : direction) == .egress
        let field: FlowFieldMask =
            isAllowed
            ? (isEgress ? .egressAllowedBy : .ingressAllowedBy) : isEgress ? .egressDeniedBy : .ingressDeniedBy
        guard mask.contains(field), reference.isRule else { return }
        json.append(text: "\"\(isEgress ? "egress" : "ingress")_\(isAllowed ? "allowed" : "denied")_by\":[")
        json.append(policy: reference)
        json.append(text: "],")
    }
}
