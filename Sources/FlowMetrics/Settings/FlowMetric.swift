/// Metrics of flows, by the name that configurations turn them on with. Those without `apus` in their families' names are
/// Hubble's.
package enum FlowMetric: String, CaseIterable, Sendable {
    case flow, drop, tcp, icmp, policy, dns, http
    case httpV2 = "httpV2"
    case portDistribution = "port-distribution"
    case flowsToWorld = "flows-to-world"
    case traffic
    case policyDrop = "policy-drop"
    case kernelDrop = "kernel-drop"

    /// Options of its own, beside contexts and `exemplars`.
    package var options: [MetricOption] {
        switch self {
        case .dns: [.query, .ignoreAAAA]
        case .flowsToWorld: [.anyDrop, .port, .synOnly]
        default: []
        }
    }

    /// Fed by records of layer 7 only, of which Apus captures none yet.
    package var isOfLayer7: Bool { self == .dns || self == .http || self == .httpV2 }
}

/// Options that are on or off.
package enum MetricOption: String, CaseIterable, Sendable {
    /// The name that was asked for is a label.
    case query
    /// Flows that ask for nothing but AAAA do not count.
    case ignoreAAAA
    /// All drops count, not only those by policies.
    case anyDrop = "any-drop"
    /// The destination port is a label.
    case port
    /// Of TCP only first packets count.
    case synOnly = "syn-only"
    /// Series tell one of their flows, in OpenMetrics.
    case exemplars
}
