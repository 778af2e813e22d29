/// Names of members of the messages that a line may hold; each means the same in whichever message it stands.
enum FlowKey: UInt8, CaseIterable {
    case unknown
    // observer.GetFlowsResponse, ExportEvent
    case flow, lostEvents, nodeStatus, agentEvent, debugEvent, nodeName, time
    // flow.Flow
    case uuid, emitter, verdict, dropReason, authType, ethernet, IP, l4, tunnel, source, destination, nodeLabels
    case sourceNames, destinationNames, l7, reply, eventType, sourceService, destinationService, trafficDirection
    case policyMatchType, traceObservationPoint, traceReason, file, ipTraceId, dropReasonDesc, isReply
    case debugCapturePoint, interface, proxyPort, traceContext, sockXlatePoint, socketCookie, cgroupId, Summary
    case extensions, egressAllowedBy, ingressAllowedBy, egressDeniedBy, ingressDeniedBy, policyLog, aggregate, apus
    // IP, l4 and what is in it
    case sourceXlated, ipVersion, encrypted, TCP, UDP, SCTP, ICMPv4, ICMPv6, VRRP, IGMP, sourcePort, destinationPort
    case flags, FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, type, code, subType
    // Endpoints, services, interfaces, policies
    case ID, identity, clusterName, namespace, labels, podName, workloads, name, kind, index, revision
    // l7
    case dns, http, kafka, query, observationSource, method, url, headers, key, value, parent, traceId
    // apus
    case kernelDropReason, kernelFunction, networkNamespace, rule, defaultDeny, selectedBy, nearestRule, packets, bytes
    case sequence, sourceUnknown, destinationUnknown, direction, deny, wantedPeer, wantedPorts, place
    // flow.LostEvent
    case numEventsLost, cpu, first, last

    /// Protobuf's names and their lowerCamel forms. `Type` and `type` are the same name here.
    static let table = NameTable(
        [("Type", FlowKey.type.rawValue)]
            + allCases.dropFirst().flatMap { key in
                Set(["\(key)", snakeCase("\(key)")]).map { (name: $0, number: key.rawValue) }
            })

    /// `dropReasonDesc` → `drop_reason_desc`; names that begin with a capital stay.
    private static func snakeCase(_ name: String) -> String {
        guard name.first?.isUppercase == false else { return name }
        return name.reduce(into: "") { text, letter in
            text += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
        }
    }
}
