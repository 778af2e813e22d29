/// A path that names no field of a flow.
package struct FieldMaskError: Error, Equatable, CustomStringConvertible {
    package let path: String
    /// The part of the path that nothing is known of.
    package let unknown: String
    /// What may stand in its place.
    package let accepted: [String]

    package var description: String {
        let place = unknown == path ? "" : " in \"\(path)\""
        if accepted.isEmpty { return "\"\(unknown)\"\(place): the field before it has no members to choose from" }
        return "\"\(unknown)\"\(place) is no field of a flow; accepted here: \(accepted.joined(separator: ", "))"
    }
}

extension FlowFieldMask {
    /// Reads paths of protobuf field names, rooted at `Flow`: `time`, `source.pod_name`, `l4.TCP`. None is all fields.
    package init(paths: some Sequence<String>) throws(FieldMaskError) {
        var mask: FlowFieldMask = []
        var isEmpty = true
        for path in paths {
            mask.formUnion(try Self.fields(path))
            isEmpty = false
        }
        self = isEmpty ? .all : mask
    }

    private static func fields(_ path: String) throws(FieldMaskError) -> FlowFieldMask {
        var field = MaskedField.flow
        for name in path.split(separator: ".", omittingEmptySubsequences: false) {
            guard let member = field.members.first(where: { $0.name == name }) else {
                throw FieldMaskError(path: path, unknown: String(name), accepted: field.members.map(\.name))
            }
            field = member
        }
        return field.mask
    }
}

/// A field of `Flow` that a path can name, with the members that it can be followed by.
private struct MaskedField {
    let name: String
    /// Empty for what Apus never tells.
    let mask: FlowFieldMask
    var members: [MaskedField] = []

    init(_ name: String, _ mask: FlowFieldMask = [], _ members: [MaskedField] = []) {
        self.name = name
        self.mask = mask
        self.members = members
    }

    /// With members that cannot be told apart: any of them is the whole.
    init(_ name: String, _ mask: FlowFieldMask = [], whole members: [String]) {
        self.init(name, mask, members.map { MaskedField($0, mask) })
    }

    /// In the order of the messages' declarations.
    static let flow = MaskedField("", .all, fields)

    private static let fields = [
        MaskedField("time", .time, whole: moment), MaskedField("uuid", .uuid),
        MaskedField("emitter", .emitter, whole: ["name", "version"]), MaskedField("verdict", .verdict),
        MaskedField("drop_reason", .dropReason), MaskedField("auth_type"),
        MaskedField("ethernet", whole: ["source", "destination"]), addresses(.ip), MaskedField("l4", .layer4, layer4),
        MaskedField("tunnel", [], [MaskedField("protocol"), addresses([]), MaskedField("l4"), MaskedField("vni")]),
        MaskedField("source", .source, endpoint(\.asSource)),
        MaskedField("destination", .destination, endpoint(\.asDestination)), MaskedField("Type", .type),
        MaskedField("node_name", .nodeName), MaskedField("node_labels"), MaskedField("source_names", .sourceNames),
        MaskedField("destination_names", .destinationNames),
        MaskedField("l7", whole: ["type", "latency_ns", "dns", "http", "kafka"]), MaskedField("reply", .reply),
        MaskedField("event_type", .eventType, whole: ["type", "sub_type"]),
        MaskedField("source_service", .sourceService, whole: service),
        MaskedField("destination_service", .destinationService, whole: service),
        MaskedField("traffic_direction", .trafficDirection), MaskedField("policy_match_type", .policyMatchType),
        MaskedField("trace_observation_point", .traceObservationPoint), MaskedField("trace_reason", .traceReason),
        MaskedField("file", whole: ["name", "line"]),
        MaskedField("ip_trace_id", whole: ["trace_id", "ip_option_type"]),
        MaskedField("drop_reason_desc", .dropReasonDesc), MaskedField("is_reply", .isReply, whole: ["value"]),
        MaskedField("debug_capture_point"), MaskedField("interface", .interface, whole: ["index", "name"]),
        MaskedField("proxy_port"), MaskedField("trace_context", whole: ["parent"]), MaskedField("sock_xlate_point"),
        MaskedField("socket_cookie"), MaskedField("cgroup_id"), MaskedField("Summary", .summary),
        MaskedField("extensions", whole: ["type_url", "value"]), MaskedField("egress_allowed_by", .egressAllowedBy),
        MaskedField("ingress_allowed_by", .ingressAllowedBy), MaskedField("egress_denied_by", .egressDeniedBy),
        MaskedField("ingress_denied_by", .ingressDeniedBy), MaskedField("policy_log"), MaskedField("aggregate"),
        MaskedField("apus", .apus),
    ]

    private static let moment = ["seconds", "nanos"]
    private static let service = ["name", "namespace"]
    private static let ports = ["source_port", "destination_port"]

    private static func addresses(_ mask: FlowFieldMask) -> MaskedField {
        MaskedField("IP", mask, whole: ["source", "source_xlated", "destination", "ipVersion", "encrypted"])
    }

    private static let layer4 = [
        MaskedField("TCP", .tcp, ports.map { MaskedField($0, .tcp) } + [MaskedField("flags", .tcp, whole: tcpFlags)]),
        MaskedField("UDP", .udp, whole: ports), MaskedField("ICMPv4", .icmpv4, whole: ["type", "code"]),
        MaskedField("ICMPv6", .icmpv6, whole: ["type", "code"]), MaskedField("SCTP", .sctp, whole: ports),
        MaskedField("VRRP", .vrrp, whole: ["type", "vrid", "priority"]),
        MaskedField("IGMP", .igmp, whole: ["type", "group_address"]),
    ]

    private static let tcpFlags = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "NS"]

    private static func endpoint(_ side: (EndpointFieldMask) -> FlowFieldMask) -> [MaskedField] {
        let members: [(String, EndpointFieldMask)] = [
            ("ID", .id), ("identity", .identity), ("cluster_name", .clusterName), ("namespace", .namespace),
            ("labels", .labels), ("pod_name", .podName), ("workloads", .workloads),
        ]
        return members.map { MaskedField($0, side($1)) }
    }
}
