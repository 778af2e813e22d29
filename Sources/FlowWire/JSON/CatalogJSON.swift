import FlowModel

/// An endpoint as a JSON object; its identity is a flow's to tell, so the object can be had with another one.
struct EndpointJSON: Sendable {
    let identity: UInt32
    let object: [UInt8]
    /// Bytes before the member `identity` and the comma that leads to it.
    private let headCount: Int
    /// First byte after it and after the comma that follows.
    private let tailStart: Int

    init(_ endpoint: Endpoint) {
        identity = endpoint.identity.rawValue
        var json = [UInt8](text: "{")
        json.append(member: "ID", nonZero: UInt64(endpoint.id))
        headCount = json.count
        json.append(member: "identity", nonZero: UInt64(identity))
        let identityEnd = json.count
        json.append(member: "cluster_name", nonEmpty: endpoint.clusterName)
        json.append(member: "namespace", nonEmpty: endpoint.namespace)
        json.append(member: "labels", nonEmpty: endpoint.labels)
        json.append(member: "pod_name", nonEmpty: endpoint.podName)
        if !endpoint.workloads.isEmpty { json.append(workloads: endpoint.workloads) }
        tailStart = json.count > identityEnd && identityEnd > 1 ? identityEnd + 1 : identityEnd
        json.append(UInt8(ascii: "}"))
        object = json
    }

    func append(identity: UInt32, to buffer: inout [UInt8]) {
        if identity == self.identity {
            buffer.append(contentsOf: object)
            return
        }
        buffer.append(contentsOf: object[..<headCount])
        buffer.append(member: "identity", nonZero: UInt64(identity))
        let hasTail = tailStart < object.count - 1
        if hasTail && buffer.last != UInt8(ascii: "{") { buffer.append(UInt8(ascii: ",")) }
        buffer.append(contentsOf: object[tailStart...])
    }
}

/// A rule as flows name it.
struct RuleJSON: Sendable {
    let direction: TrafficDirection
    /// `flow.Policy`.
    let policy: [UInt8]
    /// The member `rule` of `apus`.
    let rule: [UInt8]

    init(_ reference: RuleReference) {
        direction = reference.direction
        var policy = [UInt8](text: "{")
        policy.append(member: "name", nonEmpty: reference.name)
        policy.append(member: "namespace", nonEmpty: reference.namespace)
        policy.append(member: "labels", nonEmpty: reference.labels)
        policy.append(member: "kind", nonEmpty: reference.kind)
        policy.append(UInt8(ascii: "}"))
        self.policy = policy

        var rule = [UInt8](text: "{")
        rule.append(member: "kind", nonEmpty: reference.kind)
        rule.append(member: "name", nonEmpty: reference.name)
        rule.append(member: "namespace", nonEmpty: reference.namespace)
        rule.append(member: "direction", nonEmpty: direction == .unknown ? "" : direction.name)
        if reference.isDeny { rule.append(member: "deny", literal: "true") }
        rule.append(member: "index", nonZero: UInt64(reference.index))
        rule.append(UInt8(ascii: "}"))
        self.rule = rule
    }
}

/// A name, escaped, and if it is a kernel drop reason what Hubble's clients are told of it.
struct NameJSON: Sendable {
    let escaped: [UInt8]
    let nearestDropReason: DropReason

    init(_ name: String) {
        var escaped: [UInt8] = []
        escaped.append(jsonEscaped: name)
        self.escaped = escaped
        nearestDropReason = NearestDropReason.ofKernelReason(name)
    }
}

func serviceJSON(_ service: ServiceReference) -> [UInt8] {
    var json = [UInt8](text: "{")
    json.append(member: "name", nonEmpty: service.name)
    json.append(member: "namespace", nonEmpty: service.namespace)
    json.append(UInt8(ascii: "}"))
    return json
}
