/// A rule of a policy, as a flow names it when the rule decided; or what a default deny comes from.
package struct RuleReference: Hashable, Sendable {
    /// `CiliumNetworkPolicy`, `NetworkPolicy`…; empty for what no policy names.
    package var kind: String
    package var name: String
    package var namespace: String
    package var direction: TrafficDirection
    package var isDeny: Bool
    /// Position of the entry within the policy's list of its direction, from 0.
    package var index: Int
    /// The policy's labels, `source:key=value`, sorted.
    package var labels: [String]
    /// Of the set of policies in which the policy came or changed last, as this process counts them; 0: not known.
    package var revision: UInt64 = 0
    /// Nil for a rule: then what there is beside it is empty.
    package var defaultDeny: DefaultDeny?

    package init(
        kind: String, name: String, namespace: String, direction: TrafficDirection, isDeny: Bool, index: Int,
        labels: [String]
    ) {
        self.kind = kind
        self.name = name
        self.namespace = namespace
        self.direction = direction
        self.isDeny = isDeny
        self.index = index
        self.labels = labels
    }

    /// The policy's list that has the rule: `ingress`, `ingressDeny`, `egress` or `egressDeny`.
    package var list: String { (direction == .egress ? "egress" : "ingress") + (isDeny ? "Deny" : "") }

    /// Something that a list of deciding policies can name.
    package var isRule: Bool { defaultDeny == nil && self != Self.unknown }

    private static let unknown = RuleReference(
        kind: "", name: "", namespace: "", direction: .unknown, isDeny: false, index: 0, labels: [])

    package init(_ defaultDeny: DefaultDeny, _ direction: TrafficDirection) {
        self.init(
            kind: "", name: "", namespace: "", direction: direction, isDeny: true, index: 0, labels: [])
        self.defaultDeny = defaultDeny
    }
}
