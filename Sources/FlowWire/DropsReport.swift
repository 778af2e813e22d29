package import FlowModel

/// What `/v1/drops` answers and `apus drops` shows: who was dropped, why, and how often.
package struct DropsReport: Codable, Sendable, Equatable {
    package var coverage: CoverageReport
    /// nil: the answer is whole.
    package var truncated: TruncationReport?
    /// From where to where flows were counted by intervals, and how long one is; nil: they were not.
    package var intervals: Intervals?
    /// Most flows first.
    package var drops: [Entry]

    /// Of times that were cut into equal parts.
    package struct Intervals: Codable, Sendable, Equatable {
        package var since: String
        package var until: String
        package var step_ns: String

        package init(since: UInt64, until: UInt64, step: UInt64) {
            self.since = String(timestamp: since)
            self.until = String(timestamp: until)
            step_ns = String(step)
        }
    }

    /// What drops have in common that were not told apart by something is left out.
    package struct Entry: Codable, Sendable, Equatable {
        package var cause: Cause
        package var source: SideReport?
        package var destination: SideReport?
        /// Of the server's side.
        package var port: PortReport?
        package var sums: SumsReport
        /// Flows of each interval, oldest first.
        package var counts: [UInt64]?

        package init(cause: Cause, source: SideReport?, destination: SideReport?, port: PortReport?, sums: SumsReport) {
            self.cause = cause
            self.source = source
            self.destination = destination
            self.port = port
            self.sums = sums
        }
    }

    /// Why.
    package struct Cause: Codable, Hashable, Sendable {
        /// Hubble's drop reason: `POLICY_DENIED`.
        package var drop_reason: String?
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

        /// Nothing is known of it.
        package init() {}

        package init(
            reason: DropReason, kernelReason: String, kernelFunction: String, direction: TrafficDirection,
            rule: RuleReference?
        ) {
            drop_reason = reason == .unknown ? nil : reason.name ?? String(reason.rawValue)
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

/// A protocol and a port of it.
package struct PortReport: Codable, Hashable, Sendable {
    package var `protocol`: String
    /// 0 where the protocol has none.
    package var port: UInt16

    package init(ipProtocol: String, port: UInt16) {
        self.protocol = ipProtocol
        self.port = port
    }

    /// `5432/TCP`, `ICMPv4`
    package var name: String { port == 0 ? self.protocol : "\(port)/\(self.protocol)" }
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
