internal import FlowHistory
internal import FlowModel

/// What a series may be told apart by; named as the filters are.
enum SeriesField: String, CaseIterable, Sendable {
    case verdict
    case type
    case ipProtocol = "protocol"
    case trafficDirection = "traffic-direction"
    case dropReason = "drop-reason-desc"
    case kernelDropReason = "kernel-drop-reason"
    case policy
    case fromNamespace = "from-namespace"
    case toNamespace = "to-namespace"
    case fromPod = "from-pod"
    case toPod = "to-pod"
    case fromWorkload = "from-workload"
    case toWorkload = "to-workload"
    case toPort = "to-port"

    var field: FlowField {
        switch self {
        case .verdict: .verdict
        case .type: .kind
        case .ipProtocol: .ipProtocol
        case .trafficDirection: .direction
        case .dropReason: .dropReason
        case .kernelDropReason: .kernelReason
        case .policy: .rule
        case .fromNamespace, .fromPod, .fromWorkload: .sourceEndpoint
        case .toNamespace, .toPod, .toWorkload: .destinationEndpoint
        case .toPort: .destinationPort
        }
    }

    /// A group's value as a filter would name it; empty where a flow has none.
    func text(_ value: UInt64, _ names: SummedNames) -> String {
        let byte = UInt8(truncatingIfNeeded: value)
        switch self {
        case .verdict: return Verdict(rawValue: byte).name
        case .type: return FlowKind(rawValue: byte).shownName
        case .ipProtocol: return IPProtocol(rawValue: byte).shownName
        case .trafficDirection: return TrafficDirection(rawValue: byte).name
        case .dropReason:
            let reason = DropReason(rawValue: UInt16(truncatingIfNeeded: value))
            return reason == .unknown ? "" : reason.name ?? String(value)
        case .kernelDropReason: return names.name(value)
        case .policy: return names.rule(value).map { "\($0.namespace)/\($0.name)" } ?? ""
        case .fromNamespace, .toNamespace: return names.endpoint(value).namespace
        case .fromPod, .toPod:
            let endpoint = names.endpoint(value)
            return endpoint.podName.isEmpty ? "" : "\(endpoint.namespace)/\(endpoint.podName)"
        case .fromWorkload, .toWorkload:
            return names.endpoint(value).workloads.first.map { "\($0.kind)/\($0.name)" } ?? ""
        case .toPort: return String(value)
        }
    }
}

extension FlowKind {
    fileprivate var shownName: String {
        switch self {
        case .drop: "drop"
        case .trace: "trace"
        case .policyVerdict: "policy-verdict"
        case .kernelDrop: "kernel-drop"
        default: String(rawValue)
        }
    }
}
