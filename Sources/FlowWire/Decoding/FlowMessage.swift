// `observer.GetFlowsResponse` and `flow.Flow` as they stand in JSON, as far as Apus has a place for them.

struct ResponseMessage: Decodable {
    var flow: FlowMessage?
    var lostEvents: LostEventMessage?
    var nodeName: String?
    var time: WireTimestamp?
}

struct FlowMessage: Decodable {
    var time: WireTimestamp?
    var verdict: WireName?
    var dropReason: WireNumber?
    var IP: IPMessage?
    var l4: Layer4Message?
    var source: EndpointMessage?
    var destination: EndpointMessage?
    var nodeName: String?
    var sourceNames: [String]?
    var destinationNames: [String]?
    var eventType: EventTypeMessage?
    var sourceService: ServiceMessage?
    var destinationService: ServiceMessage?
    var trafficDirection: WireName?
    var policyMatchType: WireNumber?
    var traceObservationPoint: WireName?
    var traceReason: WireName?
    var dropReasonDesc: WireName?
    var isReply: Bool?
    var interface: InterfaceMessage?
    var egressAllowedBy: [PolicyMessage]?
    var ingressAllowedBy: [PolicyMessage]?
    var egressDeniedBy: [PolicyMessage]?
    var ingressDeniedBy: [PolicyMessage]?
    var apus: ApusMessage?
}

struct IPMessage: Decodable {
    var source: String?
    var destination: String?
    var ipVersion: WireName?
}

struct Layer4Message: Decodable {
    var TCP: TCPMessage?
    var UDP: PortsMessage?
    var SCTP: PortsMessage?
    var ICMPv4: ICMPMessage?
    var ICMPv6: ICMPMessage?
    var VRRP: EmptyMessage?
    var IGMP: EmptyMessage?
}

struct TCPMessage: Decodable {
    var sourcePort: WireNumber?
    var destinationPort: WireNumber?
    var flags: TCPFlagsMessage?
}

struct TCPFlagsMessage: Decodable {
    var FIN: Bool?
    var SYN: Bool?
    var RST: Bool?
    var PSH: Bool?
    var ACK: Bool?
    var URG: Bool?
    var ECE: Bool?
    var CWR: Bool?
}

struct PortsMessage: Decodable {
    var sourcePort: WireNumber?
    var destinationPort: WireNumber?
}

struct ICMPMessage: Decodable {
    var type: WireNumber?
    var code: WireNumber?
}

struct EmptyMessage: Decodable {}

struct EndpointMessage: Decodable {
    var ID: WireNumber?
    var identity: WireNumber?
    var clusterName: String?
    var namespace: String?
    var labels: [String]?
    var podName: String?
    var workloads: [WorkloadMessage]?
}

struct WorkloadMessage: Decodable {
    var name: String?
    var kind: String?
}

struct EventTypeMessage: Decodable {
    var type: WireNumber?
    var subType: WireNumber?
}

struct ServiceMessage: Decodable {
    var name: String?
    var namespace: String?
}

struct InterfaceMessage: Decodable {
    var index: WireNumber?
    var name: String?
}

struct PolicyMessage: Decodable {
    var name: String?
    var namespace: String?
    var labels: [String]?
    var revision: WireNumber?
    var kind: String?
}

struct ApusMessage: Decodable {
    var kernelDropReason: String?
    var kernelFunction: String?
    var networkNamespace: WireNumber?
    var rule: RuleMessage?
    var defaultDeny: Bool?
    var selectedBy: [PolicyMessage]?
    var nearestRule: NearestRuleMessage?
    var packets: WireNumber?
    var bytes: WireNumber?
    var sequence: WireNumber?
    var sourceUnknown: String?
    var destinationUnknown: String?
}

struct RuleMessage: Decodable {
    var kind: String?
    var name: String?
    var namespace: String?
    var direction: WireName?
    var deny: Bool?
    var index: WireNumber?
}

struct NearestRuleMessage: Decodable {
    var kind: String?
    var name: String?
    var namespace: String?
    var index: WireNumber?
    var wantedPeer: String?
    var wantedPorts: String?
}

struct LostEventMessage: Decodable {
    var source: WireName?
    var numEventsLost: WireNumber?
    var first: WireTimestamp?
    var last: WireTimestamp?
    var apus: LossPlaceMessage?
}

struct LossPlaceMessage: Decodable {
    var place: String?
}
