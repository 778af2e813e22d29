import Foundation

/// What these tests look at in a line of JSON.
struct FlowLine: Decodable, Sendable {
    struct Flow: Decodable, Sendable {
        var time: String
        var verdict: String
        var IP: IPHeader?
        var l4: Layer4?
        var source: Endpoint?
        var destination: Endpoint?
        var event_type: EventType
        var traffic_direction: String?
        var drop_reason_desc: String?
        var is_reply: Bool?
        var ingress_allowed_by: [Policy]?
        var apus: Apus?
    }
    struct IPHeader: Decodable, Sendable { var source: String, destination: String }
    struct Ports: Decodable, Sendable { var source_port: Int?, destination_port: Int?, flags: [String: Bool]? }
    struct ICMP: Decodable, Sendable { var type: Int? }
    struct Layer4: Decodable, Sendable { var TCP: Ports?, UDP: Ports?, ICMPv4: ICMP?, ICMPv6: ICMP? }
    struct Endpoint: Decodable, Sendable {
        var identity: Int?, namespace: String?, pod_name: String?, labels: [String]?
    }
    struct EventType: Decodable, Sendable { var type: Int }
    struct Apus: Decodable, Sendable {
        var kernel_drop_reason: String?, kernel_function: String?, packets: Int?, sequence: String?
        var source_unknown: String?
        var default_deny: Bool?, selected_by: [Policy]?, nearest_rule: NearestRule?
    }

    struct Policy: Decodable, Sendable { var kind: String, name: String, namespace: String? }
    struct NearestRule: Decodable, Sendable { var name: String, wanted_peer: String?, wanted_ports: String? }

    var flow: Flow?
    var lost_events: LostEvents?
    /// nil: nobody knows how many.
    struct LostEvents: Decodable, Sendable { var num_events_lost: String? }

    static func parse(_ text: String) throws -> [FlowLine] {
        let decoder = JSONDecoder()
        return try text.split(separator: "\n").map { try decoder.decode(FlowLine.self, from: Data($0.utf8)) }
    }
}

extension FlowLine.Flow {
    var isKernelDrop: Bool { apus?.kernel_drop_reason != nil }
    var isDrop: Bool { event_type.type == 1 && !isKernelDrop }
    var isTrace: Bool { event_type.type == 4 }
    var isPolicyVerdict: Bool { event_type.type == 5 }
    var destinationPort: Int? { l4?.TCP?.destination_port ?? l4?.UDP?.destination_port }
    var sequence: Int { Int(apus?.sequence ?? "") ?? 0 }
}
