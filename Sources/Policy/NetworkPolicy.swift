import FlowModel
package import Manifests

/// A policy as it is understood, whichever kind of object it was written as.
package struct NetworkPolicy: Hashable, Sendable {
    /// `CiliumNetworkPolicy`, `CiliumClusterwideNetworkPolicy` or `NetworkPolicy`.
    package let kind: String
    package let name: String
    /// Empty if the policy is of the whole cluster.
    package let namespace: String
    package let file: String
    package let line: Int
    package let specs: [PolicySpec]
    /// What of it is understood and has no effect, or not all of it.
    package let remarks: [ManifestProblem]
}

/// Rules for the endpoints that one selector chooses.
package struct PolicySpec: Hashable, Sendable {
    var subjects: LabelSelector
    var ingress: DirectionRules
    var egress: DirectionRules

    func rules(of direction: TrafficDirection) -> DirectionRules { direction == .egress ? egress : ingress }
}

struct DirectionRules: Hashable, Sendable {
    var rules: [PolicyRule] = []
    /// What no rule allows is dropped. Counts only if there are rules.
    var isDefaultDeny = true
}

/// One entry of a policy's list: peers and traffic that it allows or denies.
struct PolicyRule: Hashable, Sendable {
    var peers: PeerSelection
    var traffic: TrafficSelection
    var reference: RuleReference

    var isDeny: Bool { reference.isDeny }
}

enum TrafficSelection: Hashable, Sendable {
    /// All protocols, ICMP too.
    case everything
    case only([PortMatch])
}

/// Ports of one protocol. ICMP types are ports here, as they are in the kernel's map.
struct PortMatch: Hashable, Sendable {
    enum Ports: Hashable, Sendable {
        case all
        case range(ClosedRange<UInt16>)
        /// A container port's name: the subject's for ingress, the peer's for egress.
        case named(String)
    }

    var ipProtocol: IPProtocol
    var ports: Ports
}
