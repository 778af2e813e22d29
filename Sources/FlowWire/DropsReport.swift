package import FlowModel

/// What `/v1/drops` answers and `apus drops` shows: who was dropped, why, and how often.
package struct DropsReport: Codable, Sendable, Equatable {
    package var coverage: CoverageReport
    /// nil: the answer is whole.
    package var truncated: TruncationReport?
    /// Most flows first.
    package var drops: [Entry]

    package struct Entry: Codable, Sendable, Equatable {
        package var cause: Cause
        package var source: SideReport
        package var destination: SideReport
        package var sums: SumsReport

        package init(cause: Cause, source: SideReport, destination: SideReport, sums: SumsReport) {
            self.cause = cause
            self.source = source
            self.destination = destination
            self.sums = sums
        }
    }

    /// Why.
    package struct Cause: Codable, Hashable, Sendable {
        /// Hubble's drop reason: `POLICY_DENIED`.
        package var drop_reason: String
        /// The running kernel's own reason: `NO_SOCKET`.
        package var kernel_drop_reason: String?
        /// The kernel's function that dropped.
        package var kernel_function: String?
        /// `INGRESS`, `EGRESS`.
        package var traffic_direction: String?
        /// nil: no rule decided; where the reason is `POLICY_DENIED`, none allowed.
        package var rule: RuleReport?
        /// Where no rule allowed it: the policies that are about the endpoint.
        package var selected_by: [PolicyName]?

        package init(
            reason: DropReason, kernelReason: String, kernelFunction: String, direction: TrafficDirection,
            rule: RuleReference?
        ) {
            drop_reason = reason.name ?? String(reason.rawValue)
            kernel_drop_reason = kernelReason.isEmpty ? nil : kernelReason
            kernel_function = kernelFunction.isEmpty ? nil : kernelFunction
            traffic_direction = direction == .unknown ? nil : direction.name
            selected_by = rule?.defaultDeny?.policies
            self.rule = selected_by == nil ? rule.map { RuleReport($0) } : nil
        }
    }

    package init(coverage: CoverageReport, truncated: TruncationReport?, drops: [Entry]) {
        self.coverage = coverage
        self.truncated = truncated
        self.drops = drops
    }
}

/// A rule of a policy.
package struct RuleReport: Codable, Hashable, Sendable {
    package var kind: String
    package var namespace: String
    package var name: String
    /// Position within the policy's list of its direction, from 0.
    package var index: Int
    package var is_deny: Bool

    package init(_ rule: RuleReference) {
        kind = rule.kind
        namespace = rule.namespace
        name = rule.name
        index = rule.index
        is_deny = rule.isDeny
    }
}

/// How much, and when.
package struct SumsReport: Codable, Sendable, Equatable {
    package var flows: String
    package var bytes: String
    package var packets: String
    package var first_seen: String
    package var last_seen: String

    package init(flows: UInt64, bytes: UInt64, packets: UInt64, firstTime: UInt64, lastTime: UInt64) {
        self.flows = String(flows)
        self.bytes = String(bytes)
        self.packets = String(packets)
        first_seen = String(timestamp: firstTime)
        last_seen = String(timestamp: lastTime)
    }
}
