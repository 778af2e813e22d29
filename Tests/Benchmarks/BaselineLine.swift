/// A line's members as plain values, for Foundation's encoder: all but `Type`, which Swift takes for a keyword.
struct BaselineLine: Codable {
    var flow: BaselineFlow
    var node_name: String
    var time: String
}

struct BaselineFlow: Codable {
    struct Addresses: Codable {
        var source: String
        var destination: String
        var ipVersion: String
    }

    struct Layer4: Codable {
        struct Ports: Codable {
            var source_port: Int?
            var destination_port: Int?
            var flags: [String: Bool]?
        }
        var TCP: Ports?
        var UDP: Ports?
    }

    struct Endpoint: Codable {
        struct Workload: Codable {
            var name: String
            var kind: String
        }
        var ID: Int?
        var identity: Int?
        var cluster_name: String?
        var namespace: String?
        var labels: [String]?
        var pod_name: String?
        var workloads: [Workload]?
    }

    struct Interface: Codable {
        var index: Int?
        var name: String?
    }

    struct Policy: Codable {
        var name: String?
        var namespace: String?
        var labels: [String]?
        var kind: String?
    }

    struct Apus: Codable {
        struct Rule: Codable {
            var kind: String?
            var name: String?
            var namespace: String?
            var direction: String?
            var index: Int?
        }
        var rule: Rule?
        var packets: Int?
        var bytes: String?
        var sequence: String?
        var source_unknown: String?
        var destination_unknown: String?
        var kernel_drop_reason: String?
        var network_namespace: Int?
    }

    var time: String
    var uuid: String
    var verdict: String
    var drop_reason: Int?
    var IP: Addresses?
    var l4: Layer4?
    var source: Endpoint?
    var destination: Endpoint?
    var node_name: String?
    var reply: Bool?
    var event_type: [String: Int]?
    var source_service: [String: String]?
    var destination_service: [String: String]?
    var traffic_direction: String?
    var policy_match_type: Int?
    var trace_observation_point: String?
    var trace_reason: String?
    var drop_reason_desc: String?
    var is_reply: Bool?
    var interface: Interface?
    var Summary: String?
    var egress_allowed_by: [Policy]?
    var ingress_allowed_by: [Policy]?
    var apus: Apus?
}
