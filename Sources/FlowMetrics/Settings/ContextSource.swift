internal import FlowCatalog
internal import FlowModel

/// What of an endpoint becomes the value of the label `source` or `destination`.
package enum ContextSource: String, CaseIterable, Sendable {
    case identity, namespace, pod, dns, ip, workload, app
    case podName = "pod-name"
    case reservedIdentity = "reserved-identity"
    case workloadName = "workload-name"

    /// Empty if the endpoint has none. `ip` is the flow's and empty here.
    func value(of endpoint: Endpoint) -> String {
        switch self {
        case .identity: endpoint.labels.joined(separator: ",")
        case .namespace: endpoint.namespace
        case .pod: Self.qualified(endpoint.namespace, endpoint.podName)
        case .podName: endpoint.podName
        case .dns: endpoint.dnsNames.joined(separator: ",")
        case .ip: ""
        case .reservedIdentity: Self.reservedIdentity(endpoint.labels)
        case .workload:
            endpoint.workloads.first.map { Self.qualified(endpoint.namespace, $0.name) } ?? ""
        case .workloadName: endpoint.workloads.first?.name ?? ""
        case .app: Self.app(endpoint.labels)
        }
    }

    /// `namespace/` where only that is known, as Hubble writes it.
    private static func qualified(_ namespace: String, _ name: String) -> String {
        namespace.isEmpty ? name : "\(namespace)/\(name)"
    }

    private static func reservedIdentity(_ labels: [String]) -> String {
        let apiServer = "reserved:kube-apiserver"
        return labels.contains(apiServer) ? apiServer : labels.first { $0.hasPrefix("reserved:") } ?? ""
    }

    static func app(_ labels: [String]) -> String {
        let keys = ["k8s:app.kubernetes.io/name=", "k8s:k8s-app=", "k8s:app="]
        for label in labels {
            guard let key = keys.first(where: label.hasPrefix) else { continue }
            let value = label.dropFirst(key.count)
            if !value.isEmpty { return String(value) }
        }
        return ""
    }
}

/// A label of `labelsContext`: always there, be it empty.
package enum ContextLabel: String, CaseIterable, Sendable {
    case ip, pod, namespace, workload, app
    case workloadKind = "workload_kind"

    func value(of endpoint: Endpoint) -> String {
        switch self {
        case .ip: ""
        case .pod: endpoint.podName
        case .namespace: endpoint.namespace
        case .workload: endpoint.workloads.first?.name ?? ""
        case .workloadKind: endpoint.workloads.first?.kind ?? ""
        case .app: ContextSource.app(endpoint.labels)
        }
    }
}

/// What labels tell of one side of a flow.
package struct SideContext: Hashable, Sendable {
    package enum Side: String, Hashable, Sendable { case source, destination }

    package let side: Side
    /// Alternatives: the first that is not empty counts. None: there is no label of the side's name.
    package var plain: [ContextSource] = []
    /// Take the place of `plain` for flows of that direction; nil: they do not.
    package var egress: [ContextSource]?
    package var ingress: [ContextSource]?
    package var labels: [ContextLabel] = []

    package init(_ side: Side) { self.side = side }

    var isEmpty: Bool { !hasSideLabel && labels.isEmpty }
    /// There is a label of the side's own name.
    var hasSideLabel: Bool { !plain.isEmpty || egress != nil || ingress != nil }
    var dependsOnDirection: Bool { egress != nil || ingress != nil }

    func alternatives(_ direction: TrafficDirection) -> [ContextSource] {
        switch direction {
        case .egress: egress ?? plain
        case .ingress: ingress ?? plain
        default: plain
        }
    }
}
